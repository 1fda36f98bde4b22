import Foundation
import HardwareProfiles
import ModelExchange
import NeuralNetworks
import SearchSpaces

/// `autodistill profile predict`
struct ProfilePredictVerb: Verb {
  static let name = "profile predict"
  static let summary = "prices one network layer by layer"
  static let operands = ["PROFILE", "[MODEL.onnx]"]
  static let options = ["--space", "--key"] + ImagesOption.options
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill profile predict PROFILE MODEL.onnx [--json]
           autodistill profile predict PROFILE --space FILE --key KEY [--json]

    Says what one inference costs on the profile's device: each kernel as the runtime executes it, what
    the network takes beside its kernels, latency with its standard error, energy and memory. Operators
    of an ONNX file that cannot be priced are named, and the exit status is then 3.

    --space FILE, --key KEY       an architecture of a search space
    --image HxWxC, --classes N    what it looks at (default: what the space says)
    --json                        one JSON object
    """

  private let profilePath: String
  private let model: String?
  private let architecture: (space: String, key: String)?
  private let images: ImagesOption
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    profilePath = arguments.operands[0]
    model = arguments.operands.count > 1 ? arguments.operands[1] : nil
    switch (model, arguments.value("--space"), arguments.value("--key")) {
    case (nil, let space?, let key?): architecture = (space, key)
    case (.some, nil, nil): architecture = nil
    default:
      throw UsageError(
        "profile predict needs either MODEL.onnx or --space and --key", ProfilePredictVerb.self)
    }
    images = try ImagesOption(arguments)
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    let profile = try HardwareProfile(contentsOf: profilePath)
    var unsupported: [UnsupportedNode] = []
    let workload: InferenceWorkload
    if let architecture {
      let space = try SearchSpace(contentsOf: architecture.space)
      let images = images.images(of: space)
      workload = try space.workload(
        of: space.architecture(key: architecture.key), input: images.shape,
        classes: images.classes)
    } else {
      let network = try ONNXNetwork(contentsOf: model ?? "")
      workload = InferenceWorkload(kernels: network.kernels, costs: network.costs)
      unsupported = network.unsupported
    }
    let output = PredictionOutput(
      profile: profile, estimate: profile.predict(workload), costs: workload.costs,
      unsupported: unsupported)
    Terminal.print(asJSON ? try output.json() : output.text)
    return unsupported.isEmpty ? .success : .badInput
  }
}

/// What a prediction prints.
private struct PredictionOutput {
  let profile: HardwareProfile
  let estimate: CostEstimate
  let costs: NetworkCosts
  let unsupported: [UnsupportedNode]

  var text: String {
    var lines = ["       µs  bound    MMACs      KiB  kernel"]
    lines += estimate.kernels.map { row in
      let kernel = row.kernel
      return String(
        format: "%9.2f  %@ %8.3f %8.1f  %@", row.latencyMicroseconds,
        row.bound.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0),
        1e-6 * Double(kernel.macs),
        Double(kernel.bytesMoved / 4 * profile.measurementProtocol.precision.bytes) / 1024,
        kernel.words + (row.isIdle ? ", nothing reads it" : ""))
    }
    lines.append(String(format: "%9.2f  beside the kernels", estimate.otherMicroseconds))
    lines.append(
      String(
        format: "latency %.4g ms ± %.2g; %.4g MMACs, %d parameters, %d bytes of weights, peak %d bytes",
        estimate.latencyMilliseconds, estimate.latencyStandardErrorMilliseconds,
        1e-6 * Double(costs.macs), costs.parameters, estimate.weightBytes,
        estimate.peakMemoryBytes)
        + (estimate.energyMillijoules.map { String(format: "; energy %.4g mJ", $0) } ?? ""))
    lines.append("on \(profile.protocolDescription)")
    if !unsupported.isEmpty {
      lines.append("not priced, so the network costs more than this:")
      lines += unsupported.map { "  \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let report = Report(
      profile: profile.name, latency_ms: estimate.latencyMilliseconds,
      latency_standard_error_ms: estimate.latencyStandardErrorMilliseconds,
      energy_mj: estimate.energyMillijoules, peak_memory_bytes: estimate.peakMemoryBytes,
      weight_bytes: estimate.weightBytes, macs: costs.macs, parameters: costs.parameters,
      other_us: estimate.otherMicroseconds,
      kernels: estimate.kernels.map { row in
        Report.Kernel(
          kind: row.kernel.kind.rawValue, kernel: row.kernel.kernelSize, stride: row.kernel.stride,
          groups: row.kernel.groups, input: row.kernel.inputShape.sides,
          output: row.kernel.outputShape.sides, macs: row.kernel.macs,
          weights: row.kernel.weightCount, latency_us: row.latencyMicroseconds,
          bound: row.bound.rawValue, idle: row.isIdle)
      },
      unsupported: unsupported.map {
        Report.Unsupported(operator: $0.operation, name: $0.name, reason: $0.reason)
      })
    return String(decoding: try encoder.encode(report), as: UTF8.self)
  }
}

/// A prediction as JSON; the names are those of the file.
private struct Report: Encodable {
  struct Kernel: Encodable {
    let kind: String
    let kernel: Int
    let stride: Int
    let groups: Int
    /// Height, width, channels.
    let input: [Int]
    let output: [Int]
    let macs: Int
    let weights: Int
    let latency_us: Double
    let bound: String
    let idle: Bool
  }

  struct Unsupported: Encodable {
    let `operator`: String
    let name: String
    let reason: String
  }

  let profile: String
  let latency_ms: Double
  let latency_standard_error_ms: Double
  let energy_mj: Double?
  let peak_memory_bytes: Int
  let weight_bytes: Int
  let macs: Int
  let parameters: Int
  let other_us: Double
  let kernels: [Kernel]
  let unsupported: [Unsupported]
}

extension TensorShape {
  fileprivate var sides: [Int] { [height, width, channels] }
}

extension InferenceKernel {
  /// The kernel on one line: `depthwise 5×5 /2 28×28×32 → 14×14×32 + residual`.
  fileprivate var words: String {
    var words = kind.rawValue.replacing("_", with: " ")
    if kernelSize > 1 { words += " \(kernelSize)×\(kernelSize)" }
    if stride > 1 { words += " /\(stride)" }
    if groups > 1 { words += " in \(groups) groups" }
    words += " \(inputShape) → \(outputShape)"
    return words + (addsResidual ? " + residual" : "")
  }
}
