import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import uk.co.real_logic.sbe.PrimitiveType;
import uk.co.real_logic.sbe.generation.Generators;

/** Fills and reads the data transfer objects that the reference generates. */
final class DataObjects {
  private final Codecs codecs;
  private final Map<List<Object>, Method> setters = new HashMap<>();

  DataObjects(final Codecs codecs) {
    this.codecs = codecs;
  }

  /** Bytes of header and message of an object that has the values; its computed length is added to {@code answer}. */
  void encode(final String message, final Map<String, Object> value, final Map<String, Object> answer)
    throws Exception {
    final Object object = codecs.create(message + "Dto");
    fill(object, new Layout(codecs.message(message), 1), value);
    answerBytes(object, answer);
  }

  /** Decodes header and message to an object, and encodes that. */
  void recode(final String message, final byte[] bytes, final Map<String, Object> answer) throws Exception {
    final DirectBuffer buffer = new UnsafeBuffer(bytes);
    final Object header = codecs.create(codecs.headerName() + "Decoder");
    codecs.call(header, "wrap", new Class<?>[] { DirectBuffer.class, int.class }, buffer, 0);
    final int offset = (Integer)codecs.get(header, "encodedLength");
    final Object object = codecs.type(message + "Dto")
      .getMethod("decodeFrom", DirectBuffer.class, int.class, int.class, int.class)
      .invoke(null, buffer, offset, intOf(header, "blockLength"), intOf(header, "version"));
    answerBytes(object, answer);
  }

  private int intOf(final Object header, final String member) throws Exception {
    return ((Number)codecs.get(header, member)).intValue();
  }

  private void answerBytes(final Object object, final Map<String, Object> answer) throws Exception {
    final Class<?> type = object.getClass();
    final byte[] bytes = (byte[])type.getMethod("bytesWithHeader", type).invoke(null, object);
    answer.put("bytes", Hex.encode(bytes, 0, bytes.length));
    answer.put("computedLength", codecs.get(object, "computeEncodedLength"));
  }

  private void fill(final Object object, final Layout layout, final Map<String, Object> value) throws Exception {
    for (final Layout.Member field : layout.fields) {
      member(object, field, value.get(field.name));
    }
    for (final Layout.Group group : layout.groups) {
      @SuppressWarnings("unchecked")
      final List<Object> entries = (List<Object>)codecs.get(object, group.method);
      final String entryName =
        object.getClass().getName() + "$" + Generators.toUpperFirstChar(group.token.name()) + "Dto";
      final Class<?> entryType = object.getClass().getClassLoader().loadClass(entryName);
      for (final Object entryValue : (List<?>)value.get(group.name)) {
        final Object entry = entryType.getConstructor().newInstance();
        fill(entry, group.entry, objectOf(entryValue));
        entries.add(entry);
      }
    }
    for (final Layout.Data data : layout.data) {
      final Map<String, Object> content = objectOf(value.get(data.name));
      final boolean isText = content.containsKey("text");
      set(object, data.method, isText ? content.get("text") : Hex.decode((String)content.get("bytes")));
    }
  }

  private void member(final Object object, final Layout.Member member, final Object value) throws Exception {
    if (member.constant || value == null) {
      return;
    }
    final PrimitiveType primitive = member.primitive();
    switch (member.type.signal()) {
      case BEGIN_COMPOSITE:
        final Object composite = codecs.get(object, member.method);
        for (final Layout.Member inner : member.members) {
          member(composite, inner, objectOf(value).get(inner.name));
        }
        break;

      case BEGIN_ENUM:
        final String enumName = member.type.applicableTypeName();
        set(object, member.method, codecs.enumValue(enumName, primitive, Scalars.parse(primitive, (String)value)));
        break;

      case BEGIN_SET:
        final Object choices = codecs.get(object, member.method);
        final long bits = Long.parseUnsignedLong((String)value);
        for (final Layout.Member choice : member.members) {
          set(choices, choice.method, (bits >>> choice.type.encoding().constValue().longValue() & 1) == 1);
        }
        break;

      default:
        if (member.type.arrayLength() > 1) {
          array(object, member, objectOf(value));
        } else if (member.type.arrayLength() == 1) {
          set(object, member.method, Scalars.parse(primitive, (String)value));
        }
        break;
    }
  }

  private void array(final Object object, final Layout.Member member, final Map<String, Object> value)
    throws Exception {
    if (value.containsKey("text")) {
      set(object, member.method, value.get("text"));
      return;
    }
    final List<?> elements = (List<?>)value.get("at");
    final Object array = Array.newInstance(Scalars.javaType(member.primitive()), elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Array.set(array, i, Scalars.parse(member.primitive(), (String)elements.get(i)));
    }
    set(object, member.method, array);
  }

  /** Calls the one setter of a name. */
  private void set(final Object object, final String name, final Object value) throws Exception {
    final List<Object> key = List.of(object.getClass(), name);
    Method setter = setters.get(key);
    if (setter == null) {
      for (final Method method : object.getClass().getMethods()) {
        if (method.getName().equals(name) && method.getParameterCount() == 1
          && !Modifier.isStatic(method.getModifiers())) {
          setter = method;
        }
      }
      setters.put(key, setter);
    }
    codecs.call(object, name, setter.getParameterTypes(), value);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> objectOf(final Object value) {
    return (Map<String, Object>)value;
  }
}
