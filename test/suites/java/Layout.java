import java.util.ArrayList;
import java.util.List;
import uk.co.real_logic.sbe.PrimitiveType;
import uk.co.real_logic.sbe.generation.Generators;
import uk.co.real_logic.sbe.generation.java.JavaUtil;
import uk.co.real_logic.sbe.ir.Signal;
import uk.co.real_logic.sbe.ir.Token;

/** The tokens of one message or group entry, folded into fields, groups and data. */
final class Layout {
  final List<Member> fields = new ArrayList<>();
  final List<Group> groups = new ArrayList<>();
  final List<Data> data = new ArrayList<>();

  /** Takes the members of the block whose first member is at {@code from}. */
  Layout(final List<Token> tokens, final int from) {
    int i = from;
    while (true) {
      final Token token = tokens.get(i);
      if (token.signal() == Signal.BEGIN_FIELD) {
        fields.add(new Member(token, tokens, i + 1));
      } else if (token.signal() == Signal.BEGIN_GROUP) {
        groups.add(new Group(tokens, i));
      } else if (token.signal() == Signal.BEGIN_VAR_DATA) {
        data.add(new Data(token, tokens, i + 1));
      } else {
        return;
      }
      i += token.componentTokenCount();
    }
  }

  private static String property(final Token token) {
    return Generators.toLowerFirstChar(token.name());
  }

  private static String method(final Token token) {
    return JavaUtil.formatPropertyName(token.name());
  }

  /** A field of a block or a member of a composite. */
  static final class Member {
    /** Name in trees of values. */
    final String name;
    /** Name in generated code. */
    final String method;
    final Token type;
    final boolean constant;
    /** Members of a composite, valid values of an enum, choices of a set. */
    final List<Member> members = new ArrayList<>();

    /** @param owner the field's token; for members of composites the type's. */
    Member(final Token owner, final List<Token> tokens, final int index) {
      name = property(owner);
      method = method(owner);
      type = tokens.get(index);
      constant = owner.isConstantEncoding() || type.isConstantEncoding();
      for (int i = index + 1; i < index + type.componentTokenCount() - 1; i += tokens.get(i).componentTokenCount()) {
        members.add(new Member(tokens.get(i), tokens, i));
      }
    }

    /** Name of a value of an enum in the schema, from that of the constant in generated code. */
    String valueName(final String constant) {
      for (final Member value : members) {
        if (JavaUtil.formatForJavaKeyword(value.type.name()).equals(constant)) {
          return value.type.name();
        }
      }
      return constant;
    }

    PrimitiveType primitive() {
      return type.encoding().primitiveType();
    }

    boolean isAbsentFromCode() {
      return type.signal() == Signal.ENCODING && !constant && type.arrayLength() == 0;
    }
  }

  /** A repeating group. */
  static final class Group {
    final String name;
    final String method;
    final Token token;
    final Layout entry;

    Group(final List<Token> tokens, final int index) {
      token = tokens.get(index);
      name = property(token);
      method = method(token);
      entry = new Layout(tokens, index + 1 + tokens.get(index + 1).componentTokenCount());
    }
  }

  /** Variable-length data. */
  static final class Data {
    final String name;
    final String method;
    final Token token;
    final Token content;

    Data(final Token token, final List<Token> tokens, final int compositeIndex) {
      this.token = token;
      this.name = property(token);
      this.method = method(token);
      int i = compositeIndex + 1;
      while (!"varData".equals(tokens.get(i).name())) {
        i++;
      }
      content = tokens.get(i);
    }
  }
}
