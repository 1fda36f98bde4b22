import DeviceMeasurement
import Foundation
import HardwareProfiles
import NeuralNetworks
import SearchSpaces

/// `--image HxWxC` and `--classes N`, which several commands take.
struct ImagesOption {
  static let options = ["--image", "--classes"]

  private let shape: TensorShape?
  private let classes: Int?

  init(_ arguments: Arguments) throws {
    classes = try arguments.integer("--classes", in: 1...1_000_000)
    guard let text = arguments.value("--image") else {
      shape = nil
      return
    }
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard sides.count == 3, sides.allSatisfy({ (1...4096).contains($0) }) else {
      throw UsageError(
        "--image: got '\(text)', expected height, width and channels, such as 28x28x1")
    }
    shape = TensorShape(height: sides[0], width: sides[1], channels: sides[2])
  }

  /// The images of a space's networks: what was asked for, or what the space says.
  func images(of space: SearchSpace) -> TypicalImages {
    var images = space.images
    if let shape { images.shape = shape }
    if let classes { images.classes = classes }
    return images
  }
}

/// What a profile says of its device, as far as the command line gives it.
struct ProfileDescription {
  private let name: String?
  private let device: String?
  private let runtime: String?
  private let precision: MeasurementProtocol.Precision?
  private let threads: Int?
  private let source: String?
  private let isMeasuredHere: Bool

  init(_ arguments: Arguments) throws {
    name = arguments.value("--name")
    device = arguments.value("--device")
    runtime = arguments.value("--runtime")
    source = arguments.value("--source")
    threads = try arguments.integer("--threads", in: 1...1024)
    isMeasuredHere = arguments.has("--measured-here")
    precision = try arguments.value("--precision").map { text in
      guard let precision = MeasurementProtocol.Precision(rawValue: text) else {
        throw UsageError(
          "--precision: got '\(text)', expected "
            + MeasurementProtocol.Precision.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return precision
    }
  }

  /// Fills in what a profile of the device says, and then that nothing is known.
  func complete(
    base: HardwareProfile?, like described: HardwareProfile?, output: String?, networks: Int,
    spaces: [String]
  ) -> DeviceDescription {
    let described = described ?? base
    let file = output.map { (($0 as NSString).lastPathComponent as NSString).deletingPathExtension }
    // Another runtime was measured in another way: nothing of the described protocol holds for it.
    let known = runtime == nil ? described?.measurementProtocol : nil
    let machine = HostMachine.current().processor
    return DeviceDescription(
      name: name ?? file ?? "fitted",
      device: device ?? described?.device ?? (isMeasuredHere ? machine : "not stated"),
      measurementProtocol: MeasurementProtocol(
        runtime: runtime ?? known?.runtime ?? "not stated",
        precision: precision ?? known?.precision ?? .fp32, threads: threads ?? known?.threads ?? 1,
        resolution: known?.resolution ?? "the image size of the network that is priced",
        affinity: known?.affinity ?? "not stated", thermal: known?.thermal ?? "not stated"),
      memory: described?.memory
        ?? Memory(ramBytes: nil, flashBytes: nil, weightsIn: .ram, levels: []),
      energy: described?.energy,
      provenance: Provenance(
        source: isMeasuredHere ? .measured : .fitted,
        text: "Fitted to \(networks) networks of \(spaces.joined(separator: " and "))"
          + (base.map { ", starting from the profile \($0.name)" } ?? "") + ". "
          + (source ?? "Where they were measured was not stated."),
        date: String(ISO8601DateFormatter().string(from: Date()).prefix(10)),
        machine: isMeasuredHere ? machine : nil))
  }
}

extension Arguments {
  /// Returns the value of an option that a command cannot do without.
  func required(_ option: String, for verb: any Verb.Type) throws -> String {
    guard let value = value(option) else { throw UsageError("\(verb.name) needs \(option)", verb) }
    return value
  }
}
