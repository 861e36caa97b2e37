import uk.co.real_logic.sbe.PrimitiveType;

/**
 * Values of primitive types as text: integers in decimal, floating point as {@code f} or {@code d} and the bits in
 * hexadecimal, with one NaN for all.
 */
final class Scalars {
  private Scalars() {
  }

  static Class<?> javaType(final PrimitiveType type) {
    switch (type) {
      case CHAR:
      case INT8:
        return byte.class;
      case UINT8:
      case INT16:
        return short.class;
      case UINT16:
      case INT32:
        return int.class;
      case FLOAT:
        return float.class;
      case DOUBLE:
        return double.class;
      default:
        return long.class;
    }
  }

  static Object parse(final PrimitiveType type, final String text) {
    switch (type) {
      case CHAR:
      case INT8:
        return (byte)Integer.parseInt(text);
      case UINT8:
      case INT16:
        return Short.parseShort(text);
      case UINT16:
      case INT32:
        return Integer.parseInt(text);
      case UINT32:
      case INT64:
        return Long.parseLong(text);
      case UINT64:
        return Long.parseUnsignedLong(text);
      case FLOAT:
        return Float.intBitsToFloat(Integer.parseUnsignedInt(text.substring(1), 16));
      default:
        return Double.longBitsToDouble(Long.parseUnsignedLong(text.substring(1), 16));
    }
  }

  static String print(final PrimitiveType type, final Object value) {
    switch (type) {
      case CHAR:
        return Integer.toString((Byte)value & 0xff);
      case UINT64:
        return Long.toUnsignedString((Long)value);
      case FLOAT:
        return String.format("f%08x", Float.floatToIntBits((Float)value));
      case DOUBLE:
        return String.format("d%016x", Double.doubleToLongBits((Double)value));
      default:
        return value.toString();
    }
  }
}
