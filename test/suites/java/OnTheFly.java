import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.ir.Token;
import uk.co.real_logic.sbe.json.JsonTokenListener;
import uk.co.real_logic.sbe.otf.OtfHeaderDecoder;
import uk.co.real_logic.sbe.otf.OtfMessageDecoder;

/** Decodes messages by their representation alone and prints them, both as the reference does it. */
final class OnTheFly {
  /** The reference reads fields that a message lacks, also where that is behind its end. */
  private static final int SPARE_BYTES = 1 << 16;

  private OnTheFly() {
  }

  /** Adds the JSON of a message and the length decoded for it, or what the reference fails with. */
  static void decode(final Ir ir, final byte[] bytes, final int offset, final Map<String, Object> result) {
    final UnsafeBuffer buffer = new UnsafeBuffer(Arrays.copyOf(bytes, bytes.length + SPARE_BYTES));
    try {
      final OtfHeaderDecoder header = new OtfHeaderDecoder(ir.headerStructure());
      final List<Token> message = ir.getMessage(header.getTemplateId(buffer, offset));
      final StringBuilder json = new StringBuilder();
      final int end = OtfMessageDecoder.decode(
        buffer,
        offset + header.encodedLength(),
        header.getSchemaVersion(buffer, offset),
        header.getBlockLength(buffer, offset),
        message,
        new JsonTokenListener(json));
      result.put("otfLength", end - offset);
      result.put("otfJson", json.toString());
    } catch (final Exception e) {
      result.put("otfError", e.toString());
    }
  }
}
