import java.nio.ByteBuffer;
import java.util.Arrays;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.ir.IrDecoder;
import uk.co.real_logic.sbe.ir.IrEncoder;

/** Files of intermediate representations, in memory. */
final class IrFiles {
  private static final ByteBuffer ROOM = ByteBuffer.allocate(16 * 1024 * 1024);

  private IrFiles() {
  }

  static byte[] encode(final Ir ir) {
    ROOM.clear();
    try (IrEncoder encoder = new IrEncoder(ROOM, ir)) {
      return Arrays.copyOf(ROOM.array(), encoder.encode());
    }
  }

  static Ir decode(final byte[] bytes) {
    try (IrDecoder decoder = new IrDecoder(ByteBuffer.wrap(bytes))) {
      return decoder.decode();
    }
  }
}
