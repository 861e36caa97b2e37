import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON to and from maps, lists, strings, longs, booleans and null; numbers are integers, others travel as strings. */
final class Json {
  private final String text;
  private int position;

  private Json(final String text) {
    this.text = text;
  }

  static Object parse(final String text) {
    return new Json(text).value();
  }

  static String print(final Object value) {
    final StringBuilder out = new StringBuilder();
    print(value, out);
    return out.toString();
  }

  private static void print(final Object value, final StringBuilder out) {
    if (value instanceof Map) {
      out.append('{');
      String separator = "";
      for (final Map.Entry<?, ?> entry : ((Map<?, ?>)value).entrySet()) {
        out.append(separator);
        printString((String)entry.getKey(), out);
        out.append(':');
        print(entry.getValue(), out);
        separator = ",";
      }
      out.append('}');
    } else if (value instanceof List) {
      out.append('[');
      String separator = "";
      for (final Object item : (List<?>)value) {
        out.append(separator);
        print(item, out);
        separator = ",";
      }
      out.append(']');
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      printString(value.toString(), out);
    }
  }

  private static void printString(final String value, final StringBuilder out) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      final char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || c > 0x7e) {
        out.append(String.format("\\u%04x", (int)c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private Object value() {
    switch (text.charAt(position)) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        position += 4;
        return Boolean.TRUE;
      case 'f':
        position += 5;
        return Boolean.FALSE;
      case 'n':
        position += 4;
        return null;
      default:
        return number();
    }
  }

  private Map<String, Object> object() {
    final Map<String, Object> result = new LinkedHashMap<>();
    position++;
    while (text.charAt(position) != '}') {
      final String key = string();
      position++;
      result.put(key, value());
      if (text.charAt(position) == ',') {
        position++;
      }
    }
    position++;
    return result;
  }

  private List<Object> array() {
    final List<Object> result = new ArrayList<>();
    position++;
    while (text.charAt(position) != ']') {
      result.add(value());
      if (text.charAt(position) == ',') {
        position++;
      }
    }
    position++;
    return result;
  }

  private String string() {
    final StringBuilder out = new StringBuilder();
    position++;
    while (text.charAt(position) != '"') {
      char c = text.charAt(position++);
      if (c == '\\') {
        c = text.charAt(position++);
        switch (c) {
          case 'n':
            c = '\n';
            break;
          case 'r':
            c = '\r';
            break;
          case 't':
            c = '\t';
            break;
          case 'b':
            c = '\b';
            break;
          case 'f':
            c = '\f';
            break;
          case 'u':
            c = (char)Integer.parseInt(text.substring(position, position + 4), 16);
            position += 4;
            break;
          default:
            break;
        }
      }
      out.append(c);
    }
    position++;
    return out.toString();
  }

  private Long number() {
    final int start = position;
    while (position < text.length() && "-0123456789".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
    return Long.parseLong(text.substring(start, position));
  }
}
