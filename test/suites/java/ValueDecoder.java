import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import uk.co.real_logic.sbe.PrimitiveType;
import uk.co.real_logic.sbe.generation.Generators;

/** Reads messages with generated decoders into trees of values. */
final class ValueDecoder {
  private static final Class<?>[] LIMIT = { int.class };
  private static final Class<?>[] INDEX = { int.class };
  private static final Class<?>[] BYTES = { byte[].class, int.class };
  private static final Class<?>[] BYTES_AND_LENGTH = { byte[].class, int.class, int.class };

  private final Codecs codecs;

  ValueDecoder(final Codecs codecs) {
    this.codecs = codecs;
  }

  Map<String, Object> decode(final String message, final DirectBuffer buffer, final int offset) throws Exception {
    final Object header = codecs.create(codecs.headerName() + "Decoder");
    final Object decoder = codecs.create(message + "Decoder");
    final Class<?>[] types = { DirectBuffer.class, int.class, header.getClass() };
    codecs.call(decoder, "wrapAndApplyHeader", types, buffer, offset, header);
    final Map<String, Object> result = new LinkedHashMap<>();
    result.put("decodedLength", codecs.get(decoder, "sbeDecodedLength"));
    result.put("value", block(decoder, decoder, new Layout(codecs.message(message), 1)));
    result.put("encodedLength", codecs.get(decoder, "encodedLength"));
    codecs.get(decoder, "sbeSkip");
    result.put("skippedLength", codecs.get(decoder, "encodedLength"));
    result.put("text", decoder.toString());
    return result;
  }

  private Map<String, Object> block(final Object decoder, final Object message, final Layout layout) throws Exception {
    final Map<String, Object> result = new LinkedHashMap<>();
    for (final Layout.Member field : layout.fields) {
      if (!field.isAbsentFromCode()) {
        result.put(field.name, member(decoder, field));
      }
    }
    for (final Layout.Group group : layout.groups) {
      final Object groupDecoder = codecs.get(decoder, group.method);
      final List<Object> entries = new ArrayList<>();
      while ((Boolean)codecs.get(groupDecoder, "hasNext")) {
        codecs.get(groupDecoder, "next");
        entries.add(block(groupDecoder, message, group.entry));
      }
      result.put(group.name, entries);
    }
    for (final Layout.Data data : layout.data) {
      result.put(data.name, data(decoder, message, data));
    }
    return result;
  }

  private Map<String, Object> data(final Object decoder, final Object message, final Layout.Data data)
    throws Exception {
    final Map<String, Object> result = new LinkedHashMap<>();
    final int length = (Integer)codecs.get(decoder, data.method + "Length");
    final int limit = (Integer)codecs.get(message, "limit");
    final byte[] bytes = new byte[length];
    codecs.call(decoder, getter(data.method), BYTES_AND_LENGTH, bytes, 0, length);
    result.put("bytes", Hex.encode(bytes));
    if (data.content.encoding().characterEncoding() == null) {
      result.put("text", null);
    } else {
      codecs.call(message, "limit", LIMIT, limit);
      result.put("text", codecs.get(decoder, data.method));
    }
    return result;
  }

  private Object member(final Object decoder, final Layout.Member member) throws Exception {
    final PrimitiveType primitive = member.primitive();
    switch (member.type.signal()) {
      case BEGIN_COMPOSITE: {
        final Object composite = codecs.get(decoder, member.method);
        if (composite == null) {
          return null;
        }
        final Map<String, Object> result = new LinkedHashMap<>();
        for (final Layout.Member inner : member.members) {
          if (!inner.isAbsentFromCode()) {
            result.put(inner.name, member(composite, inner));
          }
        }
        return result;
      }

      case BEGIN_ENUM: {
        final Map<String, Object> result = new LinkedHashMap<>();
        result.put("raw", Scalars.print(primitive, codecs.get(decoder, member.method + "Raw")));
        result.put("name", member.valueName(codecs.get(decoder, member.method).toString()));
        return result;
      }

      case BEGIN_SET:
        return set(codecs.get(decoder, member.method), member);

      default:
        if (member.constant) {
          final Object value = codecs.get(decoder, member.method);
          return value instanceof String ? value : Scalars.print(primitive, value);
        }
        if (member.type.arrayLength() == 1) {
          return Scalars.print(primitive, codecs.get(decoder, member.method));
        }
        return primitive == PrimitiveType.CHAR ? characters(decoder, member) : array(decoder, member);
    }
  }

  /** A set that the sender's version does not have reads as an empty one. */
  private Map<String, Object> set(final Object set, final Layout.Member member) throws Exception {
    final Map<String, Object> result = new LinkedHashMap<>();
    final Map<String, Object> choices = new LinkedHashMap<>();
    final Object raw = set == null ? null : codecs.get(set, "getRaw");
    result.put("raw", raw == null ? "0" : Scalars.print(member.primitive(), raw));
    result.put("empty", set == null || (Boolean)codecs.get(set, "isEmpty"));
    for (final Layout.Member choice : member.members) {
      choices.put(choice.name, set != null && (Boolean)codecs.get(set, choice.method));
    }
    result.put("choices", choices);
    return result;
  }


  private Map<String, Object> characters(final Object decoder, final Layout.Member member) throws Exception {
    final Map<String, Object> result = new LinkedHashMap<>();
    final byte[] bytes = new byte[member.type.arrayLength()];
    result.put("copied", codecs.call(decoder, getter(member.method), BYTES, bytes, 0));
    result.put("bytes", Hex.encode(bytes));
    result.put("text", codecs.get(decoder, member.method));
    result.put("at", elements(decoder, member));
    return result;
  }

  private Map<String, Object> array(final Object decoder, final Layout.Member member) throws Exception {
    final Map<String, Object> result = new LinkedHashMap<>();
    result.put("length", codecs.get(decoder, member.method + "Length"));
    result.put("at", elements(decoder, member));
    if (member.primitive() == PrimitiveType.UINT8) {
      final byte[] bytes = new byte[member.type.arrayLength()];
      result.put("copied", codecs.call(decoder, getter(member.method), BYTES_AND_LENGTH, bytes, 0, bytes.length));
    }
    return result;
  }

  private List<Object> elements(final Object decoder, final Layout.Member member) throws Exception {
    final List<Object> elements = new ArrayList<>();
    for (int i = 0; i < member.type.arrayLength(); i++) {
      elements.add(Scalars.print(member.primitive(), codecs.call(decoder, member.method, INDEX, i)));
    }
    return elements;
  }

  private static String getter(final String name) {
    return "get" + Generators.toUpperFirstChar(name);
  }
}
