import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** What messages hold: lengths by sequence, bytes by session, stream, publisher and sequence. */
final class Pattern {
  private Pattern() {
  }

  static int lengthOf(final int[] lengths, final int sequence) {
    return lengths[sequence % lengths.length];
  }

  static int seed(final int sessionId, final int streamId, final int publisher, final int sequence) {
    return ((sessionId * 31 + streamId) * 31 + publisher) * 31 + sequence;
  }

  static void fill(final MutableDirectBuffer buffer, final int offset, final int length, final int seed) {
    int state = seed;
    for (int i = 0; i < length; i++) {
      state = state * 1664525 + 1013904223;
      buffer.putByte(offset + i, (byte)(state >>> 24));
    }
  }

  /** Index of the first byte that is not as it should be; -1 when all are right. */
  static int mismatch(final DirectBuffer buffer, final int offset, final int length, final int seed) {
    int state = seed;
    for (int i = 0; i < length; i++) {
      state = state * 1664525 + 1013904223;
      if (buffer.getByte(offset + i) != (byte)(state >>> 24)) {
        return i;
      }
    }
    return -1;
  }

  static long reservedValue(final int publisher, final int sequence) {
    return ((long)publisher << 32) | sequence;
  }
}
