import DeviceMeasurement
import HardwareProfiles
import NeuralNetworks
import ProfileEvaluation
import SearchSpaces

/// `--image HxWxC` and `--classes N`, which several commands take.
struct ImagesOption {
  static let options = ["--image", "--classes"]

  private let shape: TensorShape?
  private let classes: Int?

  init(_ arguments: Arguments) throws {
    classes = try arguments.integer("--classes", in: 1...1_000_000)
    shape = try arguments.shape("--image")
  }

  /// The images of a space's networks: what was asked for, or what the space says.
  func images(of space: SearchSpace) -> TypicalImages {
    var images = space.images
    if let shape { images.shape = shape }
    if let classes { images.classes = classes }
    return images
  }
}

extension StatedDevice {
  /// Reads what `profile fit` takes.
  init(_ arguments: Arguments) throws {
    self.init()
    name = arguments.value("--name")
    device = arguments.value("--device")
    runtime = arguments.value("--runtime")
    source = arguments.value("--source")
    threads = try arguments.integer("--threads", in: 1...1024)
    if arguments.has("--measured-here") { machine = HostMachine.current().processor }
    precision = try arguments.value("--precision").map { text in
      guard let precision = MeasurementProtocol.Precision(rawValue: text) else {
        throw UsageError(
          "--precision: got '\(text)', expected "
            + MeasurementProtocol.Precision.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return precision
    }
  }
}
