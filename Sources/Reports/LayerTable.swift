import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import Studies

/// A student's kernels as its devices run them, with what each takes.
struct LayerTable: Sendable {
  struct Layer: Sendable {
    let name: String
    let kernel: InferenceKernel
    /// Whether nothing reads its result.
    let isIdle: Bool
    /// The share of the network's MACs, 0…1.
    let macShare: Double
    /// The share of all kernels' predicted latency, for each device.
    let latencyShares: [Double]
  }

  let layers: [Layer]
  /// The devices of the shares.
  let devices: [String]
  /// What the study's students compute in.
  let precision: Precision

  /// The images that networks may be built for: those of the study's data, if its journal has them, the space's own,
  /// and usual ones.
  private static func images(of inputs: ReportInputs) -> [TypicalImages] {
    let recorded = inputs.state.began?.data.map { data in
      TypicalImages(
        shape: TensorShape(height: data.height, width: data.width, channels: data.channels),
        classes: data.splits.first?.classCounts.count ?? 0)
    }
    let gray = TensorShape(height: 28, width: 28, channels: 1)
    let color = TensorShape(height: 32, width: 32, channels: 3)
    return (recorded.map { [$0] } ?? []) + [
      inputs.space.images, TypicalImages(shape: gray, classes: 10),
      TypicalImages(shape: color, classes: 10), TypicalImages(shape: color, classes: 100),
    ]
  }

  /// Builds the network of an architecture; nil if none of the usual image sizes gives the costs that the
  /// study found, so that its images are of another size.
  init?(_ key: String, _ costs: Costs, _ inputs: ReportInputs) {
    guard let architecture = try? inputs.space.architecture(key: key) else { return nil }
    let workload = LayerTable.images(of: inputs).lazy.compactMap { images in
      try? inputs.space.workload(
        of: architecture, input: images.shape, classes: images.classes)
    }.first { $0.costs.macs == costs.macs && $0.costs.parameters == costs.parameters }
    guard let workload else { return nil }
    devices = inputs.profiles.map(\.name)
    precision = inputs.definition.precision
    let kernels = workload.kernels.map { ($0, false) } + workload.idleKernels.map { ($0, true) }
    let shares = inputs.profiles.map { LayerTable.shares(workload, on: $0) }
    let macs = Double(max(1, workload.costs.macs))
    layers = kernels.enumerated().map { index, kernel in
      Layer(
        name: kernel.0.words, kernel: kernel.0, isIdle: kernel.1,
        macShare: Double(kernel.0.macs) / macs,
        latencyShares: shares.map { $0[index] })
    }
  }

  /// Returns the share of each kernel, idle ones last, in the predicted latency of all on a device, which may
  /// run one kernel as several, and idle ones not at all.
  private static func shares(
    _ workload: InferenceWorkload, on profile: HardwareProfile
  ) -> [Double] {
    let estimates = profile.predict(workload).kernels
    let sum = max(1e-12, estimates.reduce(0) { $0 + $1.latencyMicroseconds })
    var next = 0
    let pieces =
      workload.kernels.map { InferenceWorkload(kernels: [$0], costs: workload.costs) }
      + workload.idleKernels.map {
        InferenceWorkload(kernels: [], idleKernels: [$0], costs: workload.costs)
      }
    return pieces.map { piece in
      let end = min(estimates.count, next + profile.predict(piece).kernels.count)
      defer { next = end }
      return estimates[next..<end].reduce(0) { $0 + $1.latencyMicroseconds } / sum
    }
  }

  /// The layers as a table.
  func table(caption: String) -> ReportTable {
    func per(_ share: Double) -> String { share.percent(1) }
    return ReportTable(
      caption: caption,
      columns: [
        .init("layer"), .init("input"), .init("output"), .init("MACs", .number),
        .init("MACs (%)", .number),
      ]
        + devices.map {
          .init(devices.count > 1 ? "latency on \($0) (%)" : "latency (%)", .number)
        } + [.init("weights (bytes)", .number), .init("bytes moved", .number)],
      rows: layers.map { layer in
        [
          layer.name + (layer.isIdle ? ", read by nothing" : ""), layer.kernel.inputShape.words,
          layer.kernel.outputShape.words, String(layer.kernel.macs), per(layer.macShare),
        ] + layer.latencyShares.map(per)
          + [
            String(layer.kernel.weightBytes(at: precision)),
            String(layer.kernel.bytesMoved(at: precision)),
          ]
      })
  }
}

extension InferenceKernel {
  /// What it computes, in a few words: `depthwise 3×3, stride 2, ReLU`.
  fileprivate var words: String {
    var words = [kind.rawValue.replacing("_", with: " ")]
    if kernelSize > 1 { words[0] += " \(kernelSize)×\(kernelSize)" }
    if stride > 1 { words.append("stride \(stride)") }
    if groups > 1 && kind == .convolution { words.append("\(groups) groups") }
    if activation != .identity {
      words.append(activation.rawValue.replacing("_", with: "-"))
    }
    if addsResidual { words.append("adds a residual") }
    return words.joined(separator: ", ")
  }
}

extension TensorShape {
  fileprivate var words: String { "\(height)×\(width)×\(channels)" }
}
