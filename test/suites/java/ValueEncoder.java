import java.util.List;
import java.util.Map;
import org.agrona.MutableDirectBuffer;
import uk.co.real_logic.sbe.PrimitiveType;
import uk.co.real_logic.sbe.generation.Generators;

/** Writes trees of values with generated encoders. */
final class ValueEncoder {
  private static final Class<?>[] TEXT = { String.class };
  private static final Class<?>[] BYTES = { byte[].class, int.class };
  private static final Class<?>[] BYTES_AND_LENGTH = { byte[].class, int.class, int.class };
  private static final Class<?>[] COUNT = { int.class };

  private final Codecs codecs;

  ValueEncoder(final Codecs codecs) {
    this.codecs = codecs;
  }

  /** Encodes header and message at {@code offset}; answers the bytes from there to the end of the message. */
  int encode(
    final String message, final Map<String, Object> value, final MutableDirectBuffer buffer, final int offset)
    throws Exception {
    final Object header = codecs.create(codecs.headerName() + "Encoder");
    final Object encoder = codecs.create(message + "Encoder");
    final Class<?>[] types = { MutableDirectBuffer.class, int.class, header.getClass() };
    codecs.call(encoder, "wrapAndApplyHeader", types, buffer, offset, header);
    block(encoder, new Layout(codecs.message(message), 1), value);
    return (Integer)codecs.get(encoder, "limit") - offset;
  }

  private void block(final Object encoder, final Layout layout, final Map<String, Object> value) throws Exception {
    for (final Layout.Member field : layout.fields) {
      member(encoder, field, value.get(field.name));
    }
    for (final Layout.Group group : layout.groups) {
      final List<?> entries = (List<?>)value.get(group.name);
      final Object groupEncoder = codecs.call(encoder, group.method + "Count", COUNT, entries.size());
      for (final Object entry : entries) {
        codecs.get(groupEncoder, "next");
        block(groupEncoder, group.entry, object(entry));
      }
    }
    for (final Layout.Data data : layout.data) {
      final Map<String, Object> content = object(value.get(data.name));
      if (content.containsKey("text")) {
        codecs.call(encoder, data.method, TEXT, content.get("text"));
      } else {
        final byte[] bytes = Hex.decode((String)content.get("bytes"));
        codecs.call(encoder, put(data.method), BYTES_AND_LENGTH, bytes, 0, bytes.length);
      }
    }
  }

  private void member(final Object encoder, final Layout.Member member, final Object value) throws Exception {
    if (member.constant || value == null) {
      return;
    }
    final PrimitiveType primitive = member.primitive();
    switch (member.type.signal()) {
      case BEGIN_COMPOSITE:
        final Object composite = codecs.get(encoder, member.method);
        for (final Layout.Member inner : member.members) {
          member(composite, inner, object(value).get(inner.name));
        }
        break;

      case BEGIN_ENUM:
        final String enumName = member.type.applicableTypeName();
        final Object constant =
          codecs.enumValue(enumName, primitive, Scalars.parse(primitive, (String)value));
        codecs.call(encoder, member.method, new Class<?>[] { codecs.type(enumName) }, constant);
        break;

      case BEGIN_SET:
        final Object set = codecs.get(encoder, member.method);
        final long bits = Long.parseUnsignedLong((String)value);
        codecs.get(set, "clear");
        for (final Layout.Member choice : member.members) {
          final boolean chosen = (bits >>> choice.type.encoding().constValue().longValue() & 1) == 1;
          codecs.call(set, choice.method, new Class<?>[] { boolean.class }, chosen);
        }
        break;

      default:
        if (member.type.arrayLength() > 1) {
          array(encoder, member, object(value));
        } else if (member.type.arrayLength() == 1) {
          final Class<?>[] type = { Scalars.javaType(primitive) };
          codecs.call(encoder, member.method, type, Scalars.parse(primitive, (String)value));
        }
        break;
    }
  }

  private void array(final Object encoder, final Layout.Member member, final Map<String, Object> value)
    throws Exception {
    final PrimitiveType primitive = member.primitive();
    final Class<?> javaType = Scalars.javaType(primitive);
    if (value.containsKey("text")) {
      codecs.call(encoder, member.method, TEXT, value.get("text"));
    } else if (value.containsKey("bytes")) {
      final byte[] bytes = Hex.decode((String)value.get("bytes"));
      if (primitive == PrimitiveType.CHAR) {
        codecs.call(encoder, put(member.method), BYTES, bytes, 0);
      } else if (primitive == PrimitiveType.UINT8) {
        codecs.call(encoder, put(member.method), BYTES_AND_LENGTH, bytes, 0, bytes.length);
      } else {
        for (int i = 0; i < member.type.arrayLength(); i++) {
          final Object element = i < bytes.length ? bytes[i] : Byte.valueOf((byte)0);
          codecs.call(encoder, member.method, new Class<?>[] { int.class, javaType }, i, element);
        }
      }
    } else if (value.containsKey("put")) {
      final List<?> elements = (List<?>)value.get("put");
      final Class<?>[] types = new Class<?>[elements.size()];
      final Object[] arguments = new Object[elements.size()];
      for (int i = 0; i < types.length; i++) {
        types[i] = javaType;
        arguments[i] = Scalars.parse(primitive, (String)elements.get(i));
      }
      codecs.call(encoder, put(member.method), types, arguments);
    } else {
      int index = 0;
      for (final Object element : (List<?>)value.get("at")) {
        final Object parsed = Scalars.parse(primitive, (String)element);
        codecs.call(encoder, member.method, new Class<?>[] { int.class, javaType }, index++, parsed);
      }
    }
  }

  private static String put(final String name) {
    return "put" + Generators.toUpperFirstChar(name);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(final Object value) {
    return (Map<String, Object>)value;
  }
}
