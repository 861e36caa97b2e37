import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The codecs of the reference implementation with the records of the other contenders:
 * {@code CodecBench book-update|car strings|bytes ROUNDS}. Prints one line of JSON.
 */
public final class CodecBench {
  static final int RECORDS = 256;
  static final int STRIDE = 269;
  private static final long WARM_UP_NS = 2_000_000_000L;
  private static final long TURN_NS = 40_000_000L;
  private static final int SAMPLE_RUNS = 20;

  private CodecBench() {
  }

  /** Encodes or decodes all records of a run. */
  interface Contest {
    double encode();

    double decode();
  }

  public static void main(final String[] args) {
    final boolean texts = args[1].equals("strings");
    final Contest contest = args[0].equals("car") ? new CarContest(texts) : new BookUpdateContest();
    final int rounds = Integer.parseInt(args[2]);
    final double bytes = contest.encode();
    final double checksum = contest.decode();
    warmUp(contest::encode);
    warmUp(contest::decode);
    final double[] encodeNs = new double[rounds];
    final double[] decodeNs = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      encodeNs[round] = turn(contest::encode);
      decodeNs[round] = turn(contest::decode);
    }
    System.out.printf("{\"messageBytes\":%s,\"checksum\":%s,\"encodeNs\":%s,\"decodeNs\":%s}%n",
        bytes / RECORDS, checksum, Arrays.toString(encodeNs), Arrays.toString(decodeNs));
  }

  private static void warmUp(final DoubleSupplier run) {
    final long end = System.nanoTime() + WARM_UP_NS;
    double sum = 0;
    while (System.nanoTime() < end) {
      sum += run.getAsDouble();
    }
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("the sum is not a number");
    }
  }

  /** Nanoseconds per message: the median of short samples. */
  private static double turn(final DoubleSupplier run) {
    final DoubleStream.Builder samples = DoubleStream.builder();
    final long end = System.nanoTime() + TURN_NS;
    double sum = 0;
    while (System.nanoTime() < end) {
      final long start = System.nanoTime();
      for (int i = 0; i < SAMPLE_RUNS; i++) {
        sum += run.getAsDouble();
      }
      samples.add((System.nanoTime() - start) / (double)(SAMPLE_RUNS * RECORDS));
    }
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("the sum is not a number");
    }
    final double[] sorted = samples.build().sorted().toArray();
    return sorted[sorted.length / 2];
  }

  static UnsafeBuffer room() {
    return new UnsafeBuffer(new byte[RECORDS * STRIDE]);
  }

  static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
