import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import uk.co.real_logic.sbe.PrimitiveType;
import uk.co.real_logic.sbe.generation.Generators;
import uk.co.real_logic.sbe.ir.Signal;

/**
 * Tries sequences of accesses on codecs generated with access order checks. An access is a text such as
 * {@code field:group.name}; its verdict is {@code .} for allowed, {@code x} for refused by the checks, {@code e} for
 * any other exception, {@code u} for a group that was not entered yet and {@code w} when the codec could not be
 * wrapped.
 */
final class AccessOrders {
  private static final int ENCODER_CAPACITY = 1 << 16;
  private static final int DATA_CAPACITY = 1 << 10;
  private static final Class<?>[] COUNT = { int.class };
  private static final Class<?>[] BYTES_AND_LENGTH = { byte[].class, int.class, int.class };

  private final Codecs codecs;
  private final String messageName;
  private final Layout layout;
  private final boolean encoder;
  private final UnsafeBuffer buffer;
  private final int blockLength;
  private final int version;
  private final boolean wrapped;
  private final List<Step> steps = new ArrayList<>();
  private String lastMessage;

  /**
   * @param bytes the block and what follows it, for decoders; null makes an encoder.
   * @param wrapped whether every sequence starts with a wrapped codec.
   */
  AccessOrders(
    final Codecs codecs,
    final String message,
    final byte[] bytes,
    final int blockLength,
    final int version,
    final boolean wrapped) {
    this.codecs = codecs;
    this.messageName = message;
    this.layout = new Layout(codecs.message(message), 1);
    this.encoder = bytes == null;
    this.buffer = new UnsafeBuffer(encoder ? new byte[ENCODER_CAPACITY] : bytes);
    this.blockLength = blockLength;
    this.version = version;
    this.wrapped = wrapped;
  }

  void add(final String access) {
    final String[] parts = access.split(":");
    steps.add(parts.length == 1 ? whole(parts[0]) : on(parts[0], parts[1].split("\\."), parts));
  }

  /** Verdict on each access after each legal prefix, shorter prefixes first. */
  String explore(final int depth, final int budget) throws Exception {
    final StringBuilder verdicts = new StringBuilder();
    final List<int[]> prefixes = new ArrayList<>();
    prefixes.add(new int[0]);
    for (int i = 0; i < prefixes.size(); i++) {
      final int[] prefix = prefixes.get(i);
      for (int next = 0; next < steps.size(); next++) {
        final char verdict = after(prefix, prefix.length, next);
        verdicts.append(verdict);
        if (verdict == '.' && prefix.length + 1 < depth && prefixes.size() < budget) {
          final int[] longer = Arrays.copyOf(prefix, prefix.length + 1);
          longer[prefix.length] = next;
          prefixes.add(longer);
        }
      }
    }
    return verdicts.toString();
  }

  /** Verdict on each access before each step of a walk and after the last. */
  String alongside(final int[] walk) throws Exception {
    final StringBuilder verdicts = new StringBuilder();
    for (int length = 0; length <= walk.length; length++) {
      for (int next = 0; next < steps.size(); next++) {
        verdicts.append(after(walk, length, next));
      }
    }
    return verdicts.toString();
  }

  /** What the refusal of the last step of a walk says, with its verdict in front. */
  String explain(final int[] walk) throws Exception {
    lastMessage = "";
    return after(walk, walk.length - 1, walk[walk.length - 1]) + lastMessage;
  }

  private char after(final int[] walk, final int length, final int next) throws Exception {
    final Session session = new Session(codecs.create(messageName + (encoder ? "Encoder" : "Decoder")));
    if (wrapped && verdict(whole("wrap"), session) != '.') {
      return 'w';
    }
    for (int i = 0; i < length; i++) {
      verdict(steps.get(walk[i]), session);
    }
    return verdict(steps.get(next), session);
  }

  private char verdict(final Step step, final Session session) {
    try {
      return step.run(session) ? '.' : 'u';
    } catch (final IllegalStateException e) {
      lastMessage = String.valueOf(e.getMessage());
      final boolean refused = lastMessage.startsWith("Illegal field access order") ||
        lastMessage.startsWith("Unsupported acting version") ||
        lastMessage.startsWith("Not fully encoded");
      return refused ? 'x' : 'e';
    } catch (final Exception e) {
      lastMessage = e.toString();
      return 'e';
    }
  }

  private Step whole(final String access) {
    switch (access) {
      case "wrap":
        if (encoder) {
          final Class<?>[] types = { MutableDirectBuffer.class, int.class };
          return onMessage("wrap", types, buffer, 0);
        }
        final Class<?>[] types = { DirectBuffer.class, int.class, int.class, int.class };
        return onMessage("wrap", types, buffer, 0, blockLength, version);
      case "complete":
        return onMessage("checkEncodingIsComplete", new Class<?>[0]);
      case "rewind":
        return onMessage("sbeRewind", new Class<?>[0]);
      case "skipAll":
        return onMessage("sbeSkip", new Class<?>[0]);
      case "decodedLength":
        return onMessage("sbeDecodedLength", new Class<?>[0]);
      case "toString":
        return onMessage("toString", new Class<?>[0]);
      default:
        throw new IllegalArgumentException(access);
    }
  }

  private Step onMessage(final String method, final Class<?>[] types, final Object... arguments) {
    return session -> {
      codecs.call(session.message, method, types, arguments);
      return true;
    };
  }

  private Step on(final String access, final String[] path, final String[] parts) {
    final int depth = path.length - 1;
    final String name = path[depth];
    final String owner = String.join(".", Arrays.copyOf(path, depth));
    final String group = parts[1];
    switch (access) {
      case "count":
        final int count = Integer.parseInt(parts[2]);
        return session -> session.enter(owner, group, name + "Count", COUNT, count);
      case "group":
        return session -> session.enter(owner, group, name, new Class<?>[0]);
      case "next":
        return session -> session.on(group, "next", new Class<?>[0]);
      case "reset":
        return session -> session.on(group, "resetCountToIndex", new Class<?>[0]);
      case "data":
        if (encoder) {
          return session ->
            session.on(owner, "put" + Generators.toUpperFirstChar(name), BYTES_AND_LENGTH, new byte[1], 0, 1);
        }
        final byte[] target = new byte[DATA_CAPACITY];
        return session -> session.on(
          owner, "get" + Generators.toUpperFirstChar(name), BYTES_AND_LENGTH, target, 0, DATA_CAPACITY);
      case "skip":
        return session -> session.on(owner, "skip" + Generators.toUpperFirstChar(name), new Class<?>[0]);
      case "length":
        return session -> session.on(owner, name + "Length", new Class<?>[0]);
      case "field":
        return field(owner, find(layout, path));
      default:
        throw new IllegalArgumentException(access);
    }
  }

  private Step field(final String owner, final Layout.Member member) {
    final boolean array = member.type.signal() == Signal.ENCODING && member.type.arrayLength() > 1;
    final boolean nested = member.type.signal() == Signal.BEGIN_COMPOSITE || member.type.signal() == Signal.BEGIN_SET;
    if (nested || (!encoder && !array)) {
      return session -> session.on(owner, member.method, new Class<?>[0]);
    }
    if (!encoder) {
      return session -> session.on(owner, member.method, COUNT, 0);
    }
    if (member.type.signal() == Signal.BEGIN_ENUM) {
      return session -> {
        final Class<?> type = codecs.type(member.type.applicableTypeName());
        return session.on(owner, member.method, new Class<?>[] { type }, type.getEnumConstants()[0]);
      };
    }
    final PrimitiveType primitive = member.primitive();
    final Class<?> type = Scalars.javaType(primitive);
    final boolean floating = primitive == PrimitiveType.FLOAT || primitive == PrimitiveType.DOUBLE;
    final Object zero = Scalars.parse(primitive, floating ? "f0" : "0");
    return array ?
      session -> session.on(owner, member.method, new Class<?>[] { int.class, type }, 0, zero) :
      session -> session.on(owner, member.method, new Class<?>[] { type }, zero);
  }

  private static Layout.Member find(final Layout layout, final String[] path) {
    Layout level = layout;
    for (int i = 0; i < path.length - 1; i++) {
      final String name = path[i];
      level = level.groups.stream().filter(group -> group.name.equals(name)).findFirst().orElseThrow().entry;
    }
    final String name = path[path.length - 1];
    return level.fields.stream().filter(field -> field.name.equals(name)).findFirst().orElseThrow();
  }

  private interface Step {
    /** Answers false when the group it is about was not entered yet. */
    boolean run(Session session) throws Exception;
  }

  private final class Session {
    final Object message;
    private final Map<String, Object> groups = new HashMap<>();

    Session(final Object message) {
      this.message = message;
    }

    boolean on(final String owner, final String method, final Class<?>[] types, final Object... arguments)
      throws Exception {
      final Object target = owner.isEmpty() ? message : groups.get(owner);
      if (target == null) {
        return false;
      }
      codecs.call(target, method, types, arguments);
      return true;
    }

    boolean enter(
      final String owner, final String group, final String method, final Class<?>[] types, final Object... arguments)
      throws Exception {
      final Object target = owner.isEmpty() ? message : groups.get(owner);
      if (target == null) {
        return false;
      }
      groups.put(group, codecs.call(target, method, types, arguments));
      return true;
    }
  }
}
