import FileFormats
import Foundation
import NeuralNetworks

/// A network with its trained values.
public struct TrainedModel: Sendable {
  public let network: Network
  /// `[ParameterLayout.parameterFloats]`
  public let parameters: [Float]
  /// `[ParameterLayout.statisticFloats]`
  public let statistics: [Float]

  public init(network: Network, parameters: [Float], statistics: [Float]) {
    (self.network, self.parameters, self.statistics) = (network, parameters, statistics)
  }

  /// Copies what a plan holds now.
  init(_ plan: TrainingPlan) {
    self.init(
      network: plan.network,
      parameters: Array(
        UnsafeBufferPointer(start: plan.parameters, count: plan.layout.parameterFloats)),
      statistics: Array(
        UnsafeBufferPointer(start: plan.statistics, count: plan.layout.statisticFloats)))
  }

  /// Copies the values to a plan of the same network.
  func copy(to plan: TrainingPlan) {
    plan.parameters.update(from: parameters, count: parameters.count)
    plan.statistics.update(from: statistics, count: statistics.count)
  }

  /// Whether every value is a number.
  var isFinite: Bool { parameters.allSatisfy(\.isFinite) && statistics.allSatisfy(\.isFinite) }

  /// A hash of all values.
  public var contentHash: String {
    (parameters + statistics).withUnsafeBytes { ContentHash.hexadecimal(of: Data($0)) }
  }

  /// Returns a plan that classifies up to `capacity` images at once.
  ///
  /// - Parameter features: Nodes whose outputs can be read as well.
  public func inferencePlan(capacity: Int, features: [Int] = []) -> FloatInferencePlan {
    parameters.withUnsafeBufferPointer { parameters in
      statistics.withUnsafeBufferPointer { statistics in
        // A network has a dense layer at least, but it may have no norm and so no statistics.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 1) { none in
          FloatInferencePlan(
            network, parameters: parameters.baseAddress!,
            statistics: statistics.baseAddress ?? UnsafePointer(none.baseAddress!),
            capacity: capacity, features: features)
        }
      }
    }
  }
}

extension TrainedModel {
  /// Writes the tensors as safetensors, one by one, named by node and role, such as `12.weight`.
  ///
  /// - Parameter isSealed: Whether the file vouches for itself (`SafetensorsFile.sealed`); a journal vouches for others.
  /// - Throws: `FileFormatError` if the file cannot be written.
  public func write(
    to path: String, metadata: [String: String], isSealed: Bool = false
  ) throws {
    let layout = ParameterLayout(network)
    var tensors: [String: NumericArray] = [:]
    for (list, values) in [(layout.parameters, parameters), (layout.statistics, statistics)] {
      for tensor in list {
        tensors[tensor.name] = NumericArray(
          shape: tensor.shape, Array(values[tensor.offset..<tensor.offset + tensor.count]))
      }
    }
    let file = SafetensorsFile(tensors: tensors, metadata: metadata)
    try (isSealed ? file.sealed(for: path) : file).write(to: path)
  }

  /// Reads what `write` wrote, for a network that is known.
  ///
  /// - Throws: `FileFormatError` if a tensor is missing, has another shape or a value that is not finite,
  ///   naming it.
  public init(_ network: Network, contentsOf path: String) throws {
    let file = try SafetensorsFile.read(path)
    let layout = ParameterLayout(network)
    func values(_ list: [ParameterLayout.Tensor], count: Int) throws -> [Float] {
      var values = [Float](repeating: 0, count: count)
      for tensor in list {
        let expected = "float32 of shape \(tensor.shape), as the network has it"
        guard let array = file.tensors[tensor.name] else {
          throw FileFormatError.malformed(
            path: path, location: "tensor \"\(tensor.name)\"", found: "nothing",
            expected: expected)
        }
        guard array.shape == tensor.shape else {
          throw FileFormatError.malformed(
            path: path, location: "tensor \"\(tensor.name)\"", found: "shape \(array.shape)",
            expected: expected)
        }
        let numbers = array.asFloats()
        // Weights that are no numbers would train on, and be noticed when all is done.
        if let place = numbers.firstIndex(where: { !$0.isFinite }) {
          throw FileFormatError.malformed(
            path: path, location: "tensor \"\(tensor.name)\"",
            found: "\(numbers[place]) as value \(place)", expected: "finite values")
        }
        values.replaceSubrange(tensor.offset..<tensor.offset + tensor.count, with: numbers)
      }
      return values
    }
    self.init(
      network: network, parameters: try values(layout.parameters, count: layout.parameterFloats),
      statistics: try values(layout.statistics, count: layout.statisticFloats))
  }
}
