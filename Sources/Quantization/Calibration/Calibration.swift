import DeployedModels
import TensorKernels

/// What calibration images give in every tensor of a model.
public struct Calibration: Sendable {
  public let model: DeployedModel
  /// For each tensor its statistics; nil for constants.
  public let statistics: [TensorStatistics?]
  private let images: CalibrationImages
  private let threads: Int

  /// Images that are run together, and parts that images are dealt out to: the result does not depend on threads.
  private static let batch = 16
  private static let parts = 4

  /// Runs a model of floats on images.
  ///
  /// - Throws: `QuantizationError` if the model is not one of floats, or images and model do not fit, or a value is
  ///   not finite.
  public init(
    _ model: DeployedModel, images: CalibrationImages, threads: Int = 1
  ) throws(QuantizationError) {
    try model.checkIsFloat()
    try images.check(against: model)
    (self.model, self.images, self.threads) = (model, images, threads)
    let empty = model.tensors.map { tensor in
      tensor.isConstant ? nil : TensorStatistics(channels: tensor.channels)
    }
    let parts = Calibration.observe(model, images, threads: threads, startingFrom: empty) {
      $0!.observe($2, positions: $3 / model.tensors[$1].channels)
    }
    statistics = Calibration.merged(parts) { $0.merge($1) }
    for (tensor, statistics) in statistics.enumerated() where statistics?.isFinite == false {
      throw QuantizationError(
        subject: model.tensors[tensor].name,
        reason: "the model gives values that are no finite numbers on the calibration images")
    }
  }

  /// Returns the range of each tensor that has a scale of its own.
  public func ranges(by observer: any RangeObserver) -> [ValueRange?] {
    let own = model.hasOwnRange
    let whole = own.indices.map { own[$0] ? statistics[$0]?.range : nil }
    guard observer.needsCounts else {
      return whole.map { $0.map { observer.range(of: ValueHistogram($0)) } }
    }
    let empty = whole.map { $0.map(ValueHistogram.init) }
    let parts = Calibration.observe(model, images, threads: threads, startingFrom: empty) {
      histogram, _, values, count in histogram?.observe(values, count: count)
    }
    let histograms = Calibration.merged(parts) { $0.merge($1) }
    return histograms.indices.map { tensor in
      tensor == model.input ? whole[tensor] : histograms[tensor].map(observer.range)
    }
  }

  /// Runs all images, and shows every tensor of each batch to the values of its part.
  private static func observe<Value: Sendable>(
    _ model: DeployedModel, _ images: CalibrationImages, threads: Int,
    startingFrom empty: [Value?],
    _ body:
      @escaping @Sendable (
        _ value: inout Value?, _ tensor: Int, _ values: UnsafePointer<Float>, _ count: Int
      ) -> Void
  ) -> [[Value?]] {
    let parts = min(parts, images.count)
    let constants = ModelConstants(model)
    let results = PartResults([[Value?]](repeating: empty, count: parts))
    let team = WorkerTeam(threadCount: max(1, min(threads, parts)))
    team.run { thread in
      let executor = ModelExecutor(
        model, capacity: min(batch, images.count), constants: constants)
      for part in stride(from: thread, to: parts, by: team.threadCount) {
        var values = empty
        let end = images.count * (part + 1) / parts
        var first = images.count * part / parts
        while first < end {
          let count = min(executor.capacity, end - first)
          executor.load(images, first: first, count: count)
          executor.run(images: count)
          for tensor in values.indices where values[tensor] != nil {
            body(
              &values[tensor], tensor, executor.values(of: tensor),
              count * model.elementCount(tensor))
          }
          first += count
        }
        results.set(values, at: part)
      }
    }
    return results.values
  }

  private static func merged<Value>(
    _ parts: [[Value?]], _ merge: (inout Value, Value) -> Void
  ) -> [Value?] {
    var result = parts[0]
    for part in parts.dropFirst() {
      for index in result.indices {
        guard var value = result[index], let other = part[index] else { continue }
        merge(&value, other)
        result[index] = value
      }
    }
    return result
  }
}

extension ModelExecutor {
  /// Copies images to the input.
  func load(_ images: CalibrationImages, first: Int, count: Int) {
    let floats = images.elementCount
    images.values.withUnsafeBufferPointer {
      input.update(from: $0.baseAddress! + first * floats, count: count * floats)
    }
  }
}

/// Results of threads, each of which writes its own places.
private final class PartResults<Value: Sendable>: @unchecked Sendable {
  private let storage: UnsafeMutableBufferPointer<Value>

  init(_ values: [Value]) {
    storage = .allocate(capacity: values.count)
    _ = storage.initialize(from: values)
  }

  deinit {
    storage.deinitialize()
    storage.deallocate()
  }

  func set(_ value: Value, at index: Int) { storage[index] = value }
  var values: [Value] { Array(storage) }
}
