import Foundation
import HardwareProfiles
import ModelExchange
import NeuralNetworks

/// What a prediction prints.
struct PredictionOutput {
  let profile: HardwareProfile
  let estimate: CostEstimate
  let costs: NetworkCosts
  let unsupported: [UnsupportedNode]
  /// What the model's file computes with; nil for one that does not say.
  var precision: Precision?

  /// Says that the file's numbers are not those that the profile was measured with; nil where they are.
  private var precisionNote: String? {
    let measured = profile.measurementProtocol.precision
    guard let precision, precision != measured else { return nil }
    return "the file is \(precision.rawValue), the profile was measured in \(measured.rawValue): "
      + "this is the price of the same network in \(measured.rawValue)"
  }

  private var kernels: [InferenceKernel] { estimate.kernels.map(\.kernel) }

  var text: String {
    var lines = ["       µs  bound    MMACs      KiB  kernel"]
    lines += estimate.kernels.map { row in
      let kernel = row.kernel
      return String(
        format: "%9.2f  %@ %8.3f %8.1f  %@", row.latencyMicroseconds,
        row.bound.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0),
        1e-6 * Double(kernel.macs),
        Double(kernel.bytesMoved(at: profile.measurementProtocol.precision)) / 1024,
        kernel.words + (row.isIdle ? ", nothing reads it" : ""))
    }
    lines.append(String(format: "%9.2f  besides the kernels", estimate.otherMicroseconds))
    lines.append(
      String(
        format:
          "latency %.4g ms ± %.2g; %.4g MMACs, %ld parameters, %ld bytes of weights, peak %ld bytes",
        estimate.latencyMilliseconds, estimate.latencyStandardErrorMilliseconds,
        1e-6 * Double(costs.macs), costs.parameters, estimate.weightBytes,
        estimate.peakMemoryBytes)
        + (estimate.energyMillijoules.map { String(format: "; energy %.4g mJ", $0) } ?? ""))
    if let deployed = estimate.deployed { lines += PredictionOutput.lines(deployed) }
    lines.append("on \(profile.protocolDescription)")
    if let precisionNote { lines.append(precisionNote) }
    if let assumption = profile.assumption(of: kernels) { lines.append(assumption) }
    if !unsupported.isEmpty {
      lines.append("not priced, so the network costs more than this:")
      lines += unsupported.map { "  \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  /// What the deployed network takes, and what the runtime lacks.
  private static func lines(_ deployed: DeployedCosts) -> [String] {
    let bytes = [
      deployed.arenaBytes.map { "arena \($0) bytes" },
      deployed.flashBytes.map { "flash \($0) bytes, the runtime's code included" },
    ].compactMap(\.self)
    return (bytes.isEmpty ? [] : [bytes.joined(separator: "; ")])
      + (deployed.slowMicroseconds > 0
        ? [String(format: "%.4g µs of it in slow operators", deployed.slowMicroseconds)] : [])
      + (deployed.missing.isEmpty
        ? []
        : [
          "cannot run: the runtime lacks "
            + deployed.missing.map(\.description).joined(separator: ", ")
        ])
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let assumed = profile.assumedKinds(of: kernels)
    let report = PredictionReport(
      profile: profile.name, latencyMilliseconds: estimate.latencyMilliseconds,
      latencyStandardErrorMilliseconds: estimate.latencyStandardErrorMilliseconds,
      energyMillijoules: estimate.energyMillijoules, peakMemoryBytes: estimate.peakMemoryBytes,
      weightBytes: estimate.weightBytes, macs: costs.macs, parameters: costs.parameters,
      otherMicroseconds: estimate.otherMicroseconds, kernels: estimate.kernels.map(\.report),
      unsupported: unsupported.map {
        PredictionReport.Unsupported(operator: $0.operation, name: $0.name, reason: $0.reason)
      },
      assumedKinds: assumed.isEmpty ? nil : assumed.map(\.rawValue),
      arenaBytes: estimate.deployed?.arenaBytes, flashBytes: estimate.deployed?.flashBytes,
      missingOperators: estimate.deployed?.missing, precision: precision?.rawValue,
      precisionNote: precisionNote)
    return String(decoding: try encoder.encode(report), as: UTF8.self)
  }
}

/// A prediction as JSON.
private struct PredictionReport: Encodable {
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
    let latencyMicroseconds: Double
    let bound: String
    let idle: Bool

    enum CodingKeys: String, CodingKey {
      case kind, kernel, stride, groups, input, output, macs, weights
      case latencyMicroseconds = "latency_us"
      case bound, idle
    }
  }

  struct Unsupported: Encodable {
    let `operator`: String
    let name: String
    let reason: String
  }

  let profile: String
  let latencyMilliseconds: Double
  let latencyStandardErrorMilliseconds: Double
  let energyMillijoules: Double?
  let peakMemoryBytes: Int
  let weightBytes: Int
  let macs: Int
  let parameters: Int
  let otherMicroseconds: Double
  let kernels: [Kernel]
  let unsupported: [Unsupported]
  /// Kinds of kernels that the profile says nothing of; absent if there are none.
  let assumedKinds: [String]?
  /// Absent where the profile does not say them.
  let arenaBytes: Int?
  let flashBytes: Int?
  let missingOperators: [MissingOperator]?
  /// What the file computes with; absent where it does not say.
  let precision: String?
  /// Absent where the profile was measured with the same.
  let precisionNote: String?

  enum CodingKeys: String, CodingKey {
    case profile
    case latencyMilliseconds = "latency_ms"
    case latencyStandardErrorMilliseconds = "latency_standard_error_ms"
    case energyMillijoules = "energy_mj"
    case peakMemoryBytes = "peak_memory_bytes"
    case weightBytes = "weight_bytes"
    case macs, parameters
    case otherMicroseconds = "other_us"
    case kernels, unsupported
    case assumedKinds = "kinds_priced_as_elementwise"
    case arenaBytes = "arena_bytes"
    case flashBytes = "flash_bytes"
    case missingOperators = "missing_operators"
    case precision
    case precisionNote = "precision_note"
  }
}

extension KernelEstimate {
  /// The kernel in a report.
  fileprivate var report: PredictionReport.Kernel {
    func sides(_ shape: TensorShape) -> [Int] { [shape.height, shape.width, shape.channels] }
    return PredictionReport.Kernel(
      kind: kernel.kind.rawValue, kernel: kernel.kernelSize, stride: kernel.stride,
      groups: kernel.groups, input: sides(kernel.inputShape), output: sides(kernel.outputShape),
      macs: kernel.macs, weights: kernel.weightCount, latencyMicroseconds: latencyMicroseconds,
      bound: bound.rawValue, idle: isIdle)
  }
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
