import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import uk.co.real_logic.sbe.PrimitiveValue;
import uk.co.real_logic.sbe.ir.Encoding;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.ir.Token;

/** An intermediate representation with every property of every token. */
final class IrDump {
  private IrDump() {
  }

  static Map<String, Object> dump(final Ir ir) {
    final Map<String, Object> result = new LinkedHashMap<>();
    result.put("packageName", ir.packageName());
    result.put("schemaId", ir.id());
    result.put("schemaVersion", ir.version());
    result.put("semanticVersion", ir.semanticVersion());
    result.put("description", ir.description());
    result.put("byteOrder", byteOrder(ir.byteOrder()));
    result.put("headerTokens", tokens(ir.headerStructure().tokens()));
    final List<Object> messages = new ArrayList<>();
    for (final List<Token> message : ir.messages()) {
      messages.add(tokens(message));
    }
    result.put("messages", messages);
    final List<Object> types = new ArrayList<>();
    for (final List<Token> type : ir.types()) {
      types.add(Arrays.asList(type.get(0).applicableTypeName(), tokens(type)));
    }
    result.put("types", types);
    return result;
  }

  private static List<Object> tokens(final List<Token> tokens) {
    final List<Object> result = new ArrayList<>();
    for (final Token token : tokens) {
      result.add(token(token));
    }
    return result;
  }

  private static Map<String, Object> token(final Token token) {
    final Map<String, Object> result = new LinkedHashMap<>();
    final Encoding encoding = token.encoding();
    result.put("signal", token.signal().name());
    result.put("name", token.name());
    result.put("referencedName", token.referencedName());
    result.put("description", token.description());
    result.put("packageName", token.packageName());
    result.put("id", token.id());
    result.put("version", token.version());
    result.put("deprecated", token.deprecated());
    result.put("encodedLength", token.encodedLength());
    result.put("offset", token.offset());
    result.put("componentTokenCount", token.componentTokenCount());
    result.put("presence", encoding.presence().name().toLowerCase());
    result.put("primitiveType", encoding.primitiveType() == null ? null : encoding.primitiveType().primitiveName());
    result.put("minValue", value(encoding.minValue()));
    result.put("maxValue", value(encoding.maxValue()));
    result.put("nullValue", value(encoding.nullValue()));
    result.put("constValue", value(encoding.constValue()));
    result.put("characterEncoding", encoding.characterEncoding());
    result.put("epoch", encoding.epoch());
    result.put("timeUnit", encoding.timeUnit());
    result.put("semanticType", encoding.semanticType());
    return result;
  }

  private static String byteOrder(final ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN ? "bigEndian" : "littleEndian";
  }

  /** Integers in decimal as the signed long that holds them, floating point as bits, bytes in hexadecimal. */
  private static String value(final PrimitiveValue value) {
    if (value == null) {
      return null;
    }
    switch (value.representation()) {
      case LONG:
        return "i" + value.longValue();
      case DOUBLE:
        return String.format("f%016x", Double.doubleToLongBits(value.doubleValue()));
      default:
        return "b" + Hex.encode(value.byteArrayValue());
    }
  }
}
