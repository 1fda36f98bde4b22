import DeployedModels
import TensorKernels

/// The weights and biases of a model as training moves them, and as integers of which the model computes.
///
/// Each step the trained weights are rounded, a scale a channel as the conversion has them, into the constants that
/// kernels read; gradients go to the trained ones unchanged. No weight is cut off by a scale of the largest
/// magnitude, so the straight-through gradient is 1 everywhere. Biases have steps so small that they stay floats.
final class AwareWeights: @unchecked Sendable {
  /// One trained tensor and its place among the parameters.
  struct Entry: Hashable, Sendable {
    let tensor: Int
    let offset: Int
    let count: Int
    /// Where its scales belong, in the order of the parameters; nil for a bias.
    let layout: WeightLayout?
    let groups: Int
  }

  let entries: [Entry]
  /// Weights, then biases; parameters below `decayedFloats` are weights.
  let floats: Int
  let decayedFloats: Int
  /// The trained values, `[floats]`.
  var parameters: UnsafeMutablePointer<Float> { arena.base }
  /// What kernels read.
  let constants: ModelConstants

  private let model: DeployedModel
  private let arena: FloatArena

  init(_ model: DeployedModel) {
    self.model = model
    let constants = ModelConstants(model)
    var (weights, biases): ([Int: WeightLayout], Set<Int>) = ([:], [])
    for step in model.operators where step.kind.hasWeights {
      let tensor = step.inputs[1]
      let shape = model.tensors[tensor].shape
      if constants.columns[tensor] == nil {
        weights[tensor] = WeightLayout(shape: shape, axis: 3)
      } else {
        // Columns: by group, the outputs last.
        let size = constants.weightSize(tensor)
        weights[tensor] = WeightLayout(
          shape: [size.depth, size.outputs], axis: step.kind.weightAxis == nil ? nil : 1)
      }
      if let bias = step.bias { biases.insert(bias) }
    }
    var (entries, offset): ([Entry], Int) = ([], 0)
    func append(_ tensor: Int, _ layout: WeightLayout?) {
      let count = model.elementCount(tensor)
      entries.append(
        Entry(
          tensor: tensor, offset: offset, count: count, layout: layout,
          groups: max(1, constants.groups[tensor])))
      offset += (count + 15) / 16 * 16
    }
    for tensor in weights.keys.sorted() { append(tensor, weights[tensor]) }
    decayedFloats = offset
    for tensor in biases.sorted() { append(tensor, nil) }
    floats = offset
    arena = FloatArena(count: offset + readMargin)
    self.entries = entries
    self.constants = constants
    for entry in entries {
      let source = constants.columns[entry.tensor] ?? constants.rows[entry.tensor]!
      (arena.base + entry.offset).update(from: source, count: entry.count)
    }
  }

  /// Writes the constants: weights rounded if `rounds`.
  func refresh(rounds: Bool = true) {
    for entry in entries {
      let target = constants.columns[entry.tensor] ?? constants.rows[entry.tensor]!
      let source = parameters + entry.offset
      if let layout = entry.layout, rounds {
        round(source, entry, layout, into: target)
      } else {
        target.update(from: source, count: entry.count)
      }
      constants.arrangeRows(entry.tensor)
    }
  }

  private func round(
    _ source: UnsafePointer<Float>, _ entry: Entry, _ layout: WeightLayout,
    into target: UnsafeMutablePointer<Float>
  ) {
    let channels = layout.isPerChannel ? layout.channels : 1
    let perGroup = entry.count / entry.groups
    func index(_ place: Int) -> Int {
      layout.isPerChannel ? place / perGroup * channels + place % channels : 0
    }
    var largest = [Float](repeating: 0, count: layout.isPerChannel ? channels * entry.groups : 1)
    for place in 0..<entry.count {
      let channel = index(place)
      largest[channel] = max(largest[channel], abs(source[place]))
    }
    let scales = layout.scales(largest: largest)
    for place in 0..<entry.count {
      let scale = scales[index(place)]
      target[place] = scale * layout.steps(source[place], scale)
    }
  }

  /// The model of floats with the trained values.
  var trainedModel: DeployedModel {
    refresh(rounds: false)
    var result = model
    for entry in entries {
      let rows = UnsafeBufferPointer(start: constants.rows[entry.tensor]!, count: entry.count)
      result.tensors[entry.tensor].values = .float32(Array(rows))
    }
    return result
  }
}
