import Testing

@testable import TensorKernels

@Suite("vector access")
struct VectorAccessTests {
  private let vector = Vector((1...16).map(Float.init))

  @Test("stores exactly as many floats as it is told to", arguments: 1...40)
  func limitedStores(limit: Int) {
    let buffer = GuardedBuffer(count: min(limit, 16))
    buffer.pointer.store(vector, 0, limit: limit)
    buffer.expectGuards()
    #expect(buffer.values == (1...min(limit, 16)).map(Float.init))
  }

  @Test("reads and writes at any offset, aligned or not", arguments: 0..<16)
  func unaligned(offset: Int) {
    let buffer = GuardedBuffer(updating: [Float](repeating: 0, count: 32))
    buffer.pointer.store(vector, offset)
    #expect(buffer.pointer.vector(offset) == vector)
    #expect(UnsafePointer(buffer.pointer).vector(offset) == vector)
    #expect(buffer.values.reduce(0, +) == 136)
    buffer.expectGuards()
  }
}
