/** Bytes as lower-case hexadecimal text. */
final class Hex {
  private static final String DIGITS = "0123456789abcdef";

  private Hex() {
  }

  static String encode(final byte[] bytes) {
    return encode(bytes, 0, bytes.length);
  }

  static String encode(final byte[] bytes, final int offset, final int length) {
    final StringBuilder out = new StringBuilder(length * 2);
    for (int i = offset; i < offset + length; i++) {
      out.append(DIGITS.charAt((bytes[i] >> 4) & 15)).append(DIGITS.charAt(bytes[i] & 15));
    }
    return out.toString();
  }

  static byte[] decode(final String text) {
    final byte[] bytes = new byte[text.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte)Integer.parseInt(text.substring(i * 2, i * 2 + 2), 16);
    }
    return bytes;
  }
}
