// Fits a physical model to the micro-benchmarks of one machine.
//
// The model of PhysicalModel.swift is a maximum of a linear work and a traffic. Three steps repeat:
//
// 1. A bandwidth per memory level: the highest that a streaming kind of kernel attains there, as a
//    roofline's ceiling is defined. Outer levels are never faster than inner ones.
// 2. For each kernel, which side of the maximum binds with the parameters so far.
// 3. With the sides fixed, everything left (overheads, inverse rates, efficiency losses) is linear and
//    cannot be negative: least squares on relative errors, outliers down-weighted (Huber's weights).

import NeuralNetworks
import Statistics

/// The physical model that the probes of `ProbeDesign`, small networks of one kind of kernel each, tell.
///
/// `NetworkFit` learns a model from whole networks instead.
package struct ProbeFit {
  var inferenceOverheadMicroseconds = 0.0
  /// In the order of `InferenceKernel.Kind.allCases`.
  var kernels: [KernelParameters]
  var levels: [Memory.Level]

  private struct Sample {
    let kind: InferenceKernel.Kind
    let kernels: [InferenceKernel]
    let microseconds: Double
    var weight: Double
  }

  /// Fits measured probes.
  ///
  /// - Parameters:
  ///   - microseconds: What one inference of each probe took.
  ///   - levels: Names and capacities; the bandwidths are found.
  package init(
    probes: [Probe], microseconds: [Double], levels: [(name: String, capacityBytes: Int?)]
  ) {
    precondition(probes.count == microseconds.count)
    self.levels = levels.map {
      Memory.Level(
        name: $0.name, capacityBytes: $0.capacityBytes, bandwidthGigabytesPerSecond: .infinity)
    }
    kernels = InferenceKernel.Kind.allCases.map {
      KernelParameters(
        overheadMicroseconds: 0, gigaMACsPerSecond: $0.countsMACs ? .infinity : nil,
        gigaOperationsPerSecond: $0.countsOperations ? .infinity : nil, relativeUncertainty: 0)
    }
    var samples = zip(probes, microseconds).map { probe, time in
      Sample(
        kind: probe.kind, kernels: probe.network.inferenceKernels, microseconds: time,
        weight: 1 / time)
    }
    for round in 0..<20 {
      if round > 0 { fitBandwidths(samples) }
      fitWork(samples)
      reweigh(&samples)
    }
    fillUnbounded(samples)
    fitUncertainties(samples)
  }

  /// Returns the predicted microseconds of the kernels as one inference.
  package func microseconds(of kernels: [InferenceKernel]) -> Double {
    kernels.reduce(inferenceOverheadMicroseconds) { sum, kernel in
      let parameters = self.kernels[kernel.kind.index]
      return sum + parameters.overheadMicroseconds
        + max(parameters.workMicroseconds(of: kernel), traffic(of: kernel))
    }
  }

  private func traffic(of kernel: InferenceKernel) -> Double {
    let bytes = kernel.bytesMoved
    let level = levels.first { bytes <= $0.capacityBytes ?? .max } ?? levels[levels.count - 1]
    return Double(bytes) / (1000 * level.bandwidthGigabytesPerSecond)
  }
}

extension ProbeFit {
  /// Kinds that do so little arithmetic per byte that memory can bind.
  private static let streaming: [InferenceKernel.Kind] = [.dense, .elementwise, .globalPooling]

  private mutating func fitBandwidths(_ samples: [Sample]) {
    var ceilings = [Double](repeating: 0, count: levels.count)
    for kind in ProbeFit.streaming {
      for sample in samples where sample.kind == kind {
        let bytes = sample.kernels[0].bytesMoved
        let overhead = sample.kernels.reduce(inferenceOverheadMicroseconds) {
          $0 + kernels[$1.kind.index].overheadMicroseconds
        }
        // Where launches take much of the time, the rest says little about memory.
        guard overhead < sample.microseconds / 4 else { continue }
        let moved = sample.kernels.reduce(0) { $0 + $1.bytesMoved }
        let level = levels.firstIndex { bytes <= $0.capacityBytes ?? .max } ?? levels.count - 1
        let attained = Double(moved) / (1000 * (sample.microseconds - overhead))
        ceilings[level] = max(ceilings[level], attained)
      }
    }
    for level in levels.indices.reversed().dropFirst() {
      ceilings[level] = max(ceilings[level], ceilings[level + 1])
    }
    // A level that no probe reached is taken to be as fast as the one inside it.
    for level in levels.indices where ceilings[level] == 0 {
      ceilings[level] = level > 0 ? ceilings[level - 1] : .infinity
    }
    levels = zip(levels, ceilings).map { level, ceiling in
      Memory.Level(
        name: level.name, capacityBytes: level.capacityBytes,
        bandwidthGigabytesPerSecond: ceiling)
    }
  }

  /// Per kind: overhead, inverse MAC rate, gathering, finishing, inverse operation rate.
  private static let columnsPerKind = 5

  private mutating func fitWork(_ samples: [Sample]) {
    let count = 1 + ProbeFit.columnsPerKind * kernels.count
    var usesEfficiency = InferenceKernel.Kind.allCases.map(\.hasEfficiency)
    while true {
      var rows: [[Double]] = []
      var targets: [Double] = []
      for sample in samples {
        var row = [Double](repeating: 0, count: count)
        var rest = sample.microseconds
        row[0] = sample.weight
        for kernel in sample.kernels {
          let parameters = kernels[kernel.kind.index]
          let first = 1 + ProbeFit.columnsPerKind * kernel.kind.index
          row[first] += sample.weight
          let traffic = traffic(of: kernel)
          if traffic > parameters.workMicroseconds(of: kernel), traffic.isFinite {
            rest -= traffic
            continue
          }
          row[first + 1] += sample.weight * Double(kernel.macs) / 1000
          if usesEfficiency[kernel.kind.index] {
            row[first + 2] += sample.weight * kernel.gatherMACs / 1000
            row[first + 3] += sample.weight * kernel.outputMACs / 1000
          }
          row[first + 4] += sample.weight * Double(kernel.operations) / 1000
        }
        rows.append(row)
        targets.append(sample.weight * rest)
      }
      let solution = nonnegativeLeastSquares(rows, targets)
      // Losses without a rate cannot be told apart by these shapes: the rate takes them over.
      let unclear = usesEfficiency.indices.filter { kind in
        let first = 1 + ProbeFit.columnsPerKind * kind
        return usesEfficiency[kind] && solution[first + 1] == 0
          && solution[first + 2] + solution[first + 3] > 0
      }
      if unclear.isEmpty {
        adopt(solution)
        return
      }
      for kind in unclear { usesEfficiency[kind] = false }
    }
  }

  private mutating func adopt(_ solution: [Double]) {
    inferenceOverheadMicroseconds = solution[0]
    for kind in InferenceKernel.Kind.allCases {
      let first = 1 + ProbeFit.columnsPerKind * kind.index
      var parameters = kernels[kind.index]
      parameters.overheadMicroseconds = solution[first]
      if kind.countsMACs { parameters.gigaMACsPerSecond = 1 / solution[first + 1] }
      if kind.countsOperations { parameters.gigaOperationsPerSecond = 1 / solution[first + 4] }
      let clear = kind.hasEfficiency && solution[first + 1] > 0
      func half(_ column: Int) -> Double {
        let value = clear ? solution[first + column] / solution[first + 1] : 0
        return value < 0.01 ? 0 : value  // rounding, not a loss
      }
      parameters.outputChannelsHalf = half(2)
      parameters.reductionHalf = half(3)
      kernels[kind.index] = parameters
    }
  }
}

extension ProbeFit {
  /// Huber's weights on relative errors: errors beyond 1.345 robust deviations count by their size only.
  private func reweigh(_ samples: inout [Sample]) {
    let errors = samples.map { (microseconds(of: $0.kernels) - $0.microseconds) / $0.microseconds }
    let limit = 1.345 * max(robustDeviation(errors), 1e-6)
    for (index, error) in errors.enumerated() {
      let outlying = min(1, limit / max(abs(error), 1e-12))
      samples[index].weight = outlying.squareRoot() / samples[index].microseconds
    }
  }

  /// Rates that never bound become the highest that was seen, which never binds either but is a number.
  private mutating func fillUnbounded(_ samples: [Sample]) {
    for kind in InferenceKernel.Kind.allCases {
      func highest(_ work: (InferenceKernel) -> Int) -> Double {
        samples.filter { $0.kind == kind }
          .map { sample in
            let done = sample.kernels.filter { $0.kind == kind }.reduce(0) { $0 + work($1) }
            return Double(done) / (1000 * sample.microseconds)
          }
          .max() ?? 1
      }
      var parameters = kernels[kind.index]
      if parameters.gigaMACsPerSecond == .infinity {
        parameters.gigaMACsPerSecond = 2 * highest(\.macs)
      }
      if parameters.gigaOperationsPerSecond == .infinity {
        parameters.gigaOperationsPerSecond = 2 * highest(\.operations)
      }
      kernels[kind.index] = parameters
    }
  }

  /// One robust standard deviation of the relative errors of each kind's probes, at least 1 %.
  private mutating func fitUncertainties(_ samples: [Sample]) {
    for kind in InferenceKernel.Kind.allCases {
      let errors = samples.filter { $0.kind == kind }
        .map { (microseconds(of: $0.kernels) - $0.microseconds) / $0.microseconds }
      kernels[kind.index].relativeUncertainty = min(0.9, max(0.01, robustDeviation(errors)))
    }
  }
}
