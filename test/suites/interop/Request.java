import java.util.List;
import java.util.Map;

/** A command with its arguments. */
final class Request {
  private final Map<?, ?> values;

  Request(final String line) {
    values = (Map<?, ?>)Json.parse(line);
  }

  private Request(final Map<?, ?> values) {
    this.values = values;
  }

  boolean has(final String name) {
    return values.get(name) != null;
  }

  String text(final String name) {
    return (String)required(name);
  }

  int number(final String name) {
    return Math.toIntExact(longNumber(name));
  }

  long longNumber(final String name) {
    return (Long)required(name);
  }

  boolean is(final String name) {
    return Boolean.TRUE.equals(values.get(name));
  }

  int[] numbers(final String name) {
    return ((List<?>)required(name)).stream().mapToInt(value -> Math.toIntExact((Long)value)).toArray();
  }

  Request settings() {
    return new Request((Map<?, ?>)required("settings"));
  }

  Iterable<String> names() {
    return values.keySet().stream().map(name -> (String)name)::iterator;
  }

  private Object required(final String name) {
    final Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the command has no " + name);
    }
    return value;
  }
}
