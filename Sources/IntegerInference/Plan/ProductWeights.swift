/// Weights as products read them: zeros, and then one after the other into its lane.
struct ProductWeights {
  private let bytes: UnsafeMutablePointer<Int8>

  init(vectors: Int, memory: PlanMemory) {
    bytes = memory.take(vectors * MemoryLayout<Words>.size, of: Int8.self)
  }

  var vectors: UnsafePointer<Words> {
    UnsafePointer(UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: Words.self))
  }

  /// - Parameter place: Which of the lane's values it is multiplied with, below `productDepth`.
  func set(_ weight: Int16, vector: Int, lane: Int, place: Int) {
    let first = (vector * laneCount + lane) * 4
    if multipliesPairs {
      UnsafeMutableRawPointer(bytes).storeBytes(
        of: weight, toByteOffset: first + 2 * place, as: Int16.self)
    } else {
      bytes[first + place] = Int8(weight)
    }
  }
}
