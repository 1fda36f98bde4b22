import FileFormats
import NeuralNetworks

// Kernels are written as `[kind, kernel, stride, groups, input, output, MACs, weights, flags]`, shapes as
// `[height, width, channels]`, flags being "residual" and "idle": a correction has hundreds of them.

extension LatencyCorrection {
  /// Reads a correction of this physical model.
  init(_ field: JSONField, on model: PhysicalModel) throws(JSONError) {
    let members = try field.members(
      of: "the correction",
      known: ["unit_us", "interval_factor", "scales", "kernels", "networks"])
    var kernels: [ExecutedKernel] = []
    for element in try members.required("kernels").elements(of: "kernels") {
      kernels.append(try ExecutedKernel(element))
    }
    guard !kernels.isEmpty else {
      throw try members.required("kernels").expected("at least one kernel")
    }
    guard Set(kernels).count == kernels.count else {
      throw try members.required("kernels").expected("different kernels")
    }
    let networksField = try members.required("networks")
    var networks: [MeasuredNetwork] = []
    for element in try networksField.elements(of: "measured networks") {
      networks.append(try MeasuredNetwork(element, kernelCount: kernels.count))
    }
    guard networks.count >= 2 else { throw networksField.expected("two measured networks or more") }
    let scales = try CorrectionScales(try members.required("scales"))
    let correction = LatencyCorrection(
      scales: scales,
      unitMicroseconds: try members.required("unit_us").positive(of: "microseconds"),
      intervalFactor: try members.required("interval_factor").positive(of: "standard errors"),
      kernels: kernels, networks: networks, on: model)
    guard let correction else {
      throw field.expected("networks and scales as profile fit wrote them")
    }
    self = correction
  }
}

extension CorrectionScales {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    self.init()
    let members = try field.members(
      of: "the correction's scales", known: CorrectionScales.named.map(\.key))
    for entry in CorrectionScales.named {
      let field = try members.required(entry.key)
      self[keyPath: entry.path] =
        entry.isLogarithmic
        ? try field.nonnegative(of: "its unit") : try field.number(in: -8...9)
    }
    let length = try members.required("context_decisions")
    guard contextDecisions > 0 else { throw length.expected("a number of decisions above 0") }
    let floor = try members.required("noise")
    guard noise > 0 else { throw floor.expected("a noise above 0") }
  }
}

extension MeasuredNetwork {
  fileprivate init(_ field: JSONField, kernelCount: Int) throws(JSONError) {
    let members = try field.members(
      of: "a measured network", known: ["space", "architecture", "latency_us", "weight", "kernels"])
    var kernels: [KernelCount] = []
    for element in try members.required("kernels").elements(of: "kernel counts") {
      let pair = try element.elements(of: "an index and a count")
      guard pair.count == 2 else { throw element.expected("an index and a count") }
      kernels.append(
        KernelCount(
          index: try pair[0].integer(in: 0...kernelCount - 1),
          count: try pair[1].integer(in: 1...1_000_000)))
    }
    let space = try members["space"]?.text("the space's name")
    let key = try members["architecture"]?.text("the architecture's key")
    self.init(
      kernels: kernels,
      origin: space.flatMap { space in
        key.map { InferenceWorkload.Origin(space: space, key: $0) }
      },
      latencyMicroseconds: try members.required("latency_us").positive(of: "microseconds"),
      weight: try members.required("weight").positive())
  }
}

extension ExecutedKernel {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let parts = try field.elements(of: "a kernel's kind and sizes")
    guard parts.count == 9 else {
      throw field.expected("kind, kernel, stride, groups, input, output, MACs, weights, flags")
    }
    let sizes = 0...Int(Int32.max)
    func shape(_ field: JSONField) throws(JSONError) -> TensorShape {
      let sides = try field.elements(of: "height, width and channels")
      guard sides.count == 3 else { throw field.expected("height, width and channels") }
      let shape = TensorShape(
        height: try sides[0].integer(in: 1...65_536), width: try sides[1].integer(in: 1...65_536),
        channels: try sides[2].integer(in: 1...1_048_576))
      // Beyond that, a window's reads could not be counted.
      guard sizes.contains(shape.elementCount) else {
        throw field.expected("at most \(sizes.upperBound) values")
      }
      return shape
    }
    guard case .text(let flags) = parts[8].value,
      ["", "residual", "idle", "residual idle"].contains(flags)
    else {
      throw parts[8].expected("\"residual\", \"idle\", \"residual idle\" or \"\"")
    }
    self.init(
      kernel: InferenceKernel(
        kind: try parts[0].choice(InferenceKernel.Kind.self),
        kernelSize: try parts[1].integer(in: 1...1024), stride: try parts[2].integer(in: 1...1024),
        groups: try parts[3].integer(in: 1...1_048_576), inputShape: try shape(parts[4]),
        outputShape: try shape(parts[5]), activation: .identity,
        macs: try parts[6].integer(in: 0...Int.max / 4),
        weightCount: try parts[7].integer(in: sizes),
        addsResidual: flags.hasPrefix("residual")),
      isIdle: flags.hasSuffix("idle"))
  }
}
