import car.BooleanType;
import car.BoostType;
import car.CarDecoder;
import car.CarEncoder;
import car.MessageHeaderDecoder;
import car.MessageHeaderEncoder;
import car.Model;
import org.agrona.concurrent.UnsafeBuffer;

/** Car, with text as strings or as bytes. */
final class CarContest implements CodecBench.Contest {
  private static final long SERIAL = 1_234_000_000L;
  private static final long SERIAL_MIDDLE = SERIAL + CodecBench.RECORDS / 2;
  private static final int[] SPEEDS = {30, 55, 75};
  private static final float[] CONSUMPTIONS = {35.75f, 49, 40};
  private static final String[] USAGES = {"Urban Cycle", "Combined Cycle", "Highway Cycle"};
  private static final short[] OCTANE_RATINGS = {95, 99};
  private static final int[] MPH = {30, 60, 100};
  private static final float[] SECONDS = {4, 7.5f, 12.25f};

  /** A record, as the application has it; each text both ways. */
  private static final class Car {
    long serialNumber;
    long[] someNumbers;
    final String vehicleCode = "abcdef";
    final String manufacturerCode = "123";
    final String[] usages = USAGES;
    final String manufacturer = "Honda";
    final String model = "Civic VTi";
    final String activationCode = "abcdef";
    final byte[] vehicleCodeBytes = CodecBench.ascii(vehicleCode);
    final byte[] manufacturerCodeBytes = CodecBench.ascii(manufacturerCode);
    final byte[][] usagesBytes = {
        CodecBench.ascii(USAGES[0]), CodecBench.ascii(USAGES[1]), CodecBench.ascii(USAGES[2])};
    final byte[] manufacturerBytes = CodecBench.ascii(manufacturer);
    final byte[] modelBytes = CodecBench.ascii(model);
    final byte[] activationCodeBytes = CodecBench.ascii(activationCode);
  }

  private final boolean strings;
  private final Car[] records = new Car[CodecBench.RECORDS];
  private final byte[] target = new byte[64];
  private final UnsafeBuffer buffer = CodecBench.room();
  private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
  private final CarEncoder encoder = new CarEncoder();
  private final CarDecoder decoder = new CarDecoder();

  CarContest(final boolean strings) {
    this.strings = strings;
    for (int i = 0; i < CodecBench.RECORDS; i++) {
      final Car car = new Car();
      car.serialNumber = SERIAL + i;
      car.someNumbers = new long[] {i, i + 1, i + 2, i + 3};
      records[i] = car;
    }
  }

  @Override
  public double encode() {
    int length = 0;
    int offset = 0;
    for (final Car car : records) {
      encoder.wrapAndApplyHeader(buffer, offset, headerEncoder).serialNumber(car.serialNumber).modelYear(2013)
          .available(BooleanType.T).code(Model.A);
      for (int i = 0; i < car.someNumbers.length; i++) {
        encoder.someNumbers(i, car.someNumbers[i]);
      }
      encoder.extras().clear().sportsPack(true).cruiseControl(true);
      encoder.engine().capacity(2000).numCylinders((short)4).efficiency((byte)35).boosterEnabled(BooleanType.T)
          .booster().boostType(BoostType.NITROUS).horsePower((short)200);
      if (strings) {
        encoder.vehicleCode(car.vehicleCode).engine().manufacturerCode(car.manufacturerCode);
      } else {
        encoder.putVehicleCode(car.vehicleCodeBytes, 0).engine().putManufacturerCode(car.manufacturerCodeBytes, 0);
      }
      final CarEncoder.FuelFiguresEncoder fuelFigures = encoder.fuelFiguresCount(SPEEDS.length);
      for (int i = 0; i < SPEEDS.length; i++) {
        fuelFigures.next().speed(SPEEDS[i]).mpg(CONSUMPTIONS[i]);
        if (strings) {
          fuelFigures.usageDescription(car.usages[i]);
        } else {
          fuelFigures.putUsageDescription(car.usagesBytes[i], 0, car.usagesBytes[i].length);
        }
      }
      final CarEncoder.PerformanceFiguresEncoder figures = encoder.performanceFiguresCount(OCTANE_RATINGS.length);
      for (final short octaneRating : OCTANE_RATINGS) {
        final CarEncoder.PerformanceFiguresEncoder.AccelerationEncoder acceleration =
            figures.next().octaneRating(octaneRating).accelerationCount(MPH.length);
        for (int i = 0; i < MPH.length; i++) {
          acceleration.next().mph(MPH[i]).seconds(SECONDS[i]);
        }
      }
      if (strings) {
        encoder.manufacturer(car.manufacturer).model(car.model).activationCode(car.activationCode);
      } else {
        encoder.putManufacturer(car.manufacturerBytes, 0, car.manufacturerBytes.length)
            .putModel(car.modelBytes, 0, car.modelBytes.length)
            .putActivationCode(car.activationCodeBytes, 0, car.activationCodeBytes.length);
      }
      length += encoder.limit() - offset;
      offset += CodecBench.STRIDE;
    }
    return length;
  }

  @Override
  public double decode() {
    double sum = 0;
    for (int i = 0; i < CodecBench.RECORDS; i++) {
      decoder.wrapAndApplyHeader(buffer, i * CodecBench.STRIDE, headerDecoder);
      sum += (decoder.serialNumber() > SERIAL_MIDDLE ? 1 : 0) + decoder.modelYear() + decoder.availableRaw()
          + decoder.codeRaw();
      for (int k = 0; k < CarDecoder.someNumbersLength(); k++) {
        sum += decoder.someNumbers(k);
      }
      sum += decoder.extras().getRaw() + decoder.engine().capacity() + decoder.engine().numCylinders()
          + decoder.engine().efficiency() + decoder.engine().boosterEnabledRaw()
          + decoder.engine().booster().boostTypeRaw() + decoder.engine().booster().horsePower();
      if (strings) {
        sum += sumOf(decoder.vehicleCode()) + sumOf(decoder.engine().manufacturerCode());
      } else {
        sum += sumOf(decoder.getVehicleCode(target, 0)) + sumOf(decoder.engine().getManufacturerCode(target, 0));
      }
      for (final CarDecoder.FuelFiguresDecoder figure : decoder.fuelFigures()) {
        sum += figure.speed() + figure.mpg();
        sum += strings
            ? sumOf(figure.usageDescription())
            : sumOf(figure.getUsageDescription(target, 0, target.length));
      }
      for (final CarDecoder.PerformanceFiguresDecoder figure : decoder.performanceFigures()) {
        sum += figure.octaneRating();
        for (final CarDecoder.PerformanceFiguresDecoder.AccelerationDecoder acceleration : figure.acceleration()) {
          sum += acceleration.mph() + acceleration.seconds();
        }
      }
      if (strings) {
        sum += sumOf(decoder.manufacturer()) + sumOf(decoder.model()) + sumOf(decoder.activationCode());
      } else {
        sum += sumOf(decoder.getManufacturer(target, 0, target.length));
        sum += sumOf(decoder.getModel(target, 0, target.length));
        sum += sumOf(decoder.getActivationCode(target, 0, target.length));
      }
    }
    return sum;
  }

  private static int sumOf(final String text) {
    return text.length() + text.charAt(text.length() - 1);
  }

  private int sumOf(final int length) {
    return length + target[length - 1];
  }
}
