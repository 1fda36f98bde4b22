import Foundation
import Testing

@testable import FileFormats

@Suite("numeric arrays")
struct NumericArrayTests {
  @Test("whole numbers of every width come back as Int")
  func ints() {
    #expect(NumericArray(shape: [2], [UInt8(0), 255]).asInts() == [0, 255])
    #expect(NumericArray(shape: [2], [Int8(-128), 127]).asInts() == [-128, 127])
    #expect(NumericArray(shape: [1], [UInt16.max]).asInts() == [65_535])
    #expect(NumericArray(shape: [1], [Int16.min]).asInts() == [-32_768])
    #expect(NumericArray(shape: [1], [UInt32.max]).asInts() == [4_294_967_295])
    #expect(NumericArray(shape: [1], [Int32.min]).asInts() == [-2_147_483_648])
    #expect(NumericArray(shape: [2], [Int64.min, .max]).asInts() == [.min, .max])
    #expect(NumericArray(shape: [2], [UInt64(7), .max]).asInts() == [7, .max])
  }

  @Test("floats are not whole numbers")
  func refusals() {
    #expect(NumericArray(shape: [1], [Float(1)]).asInts() == nil)
    #expect(NumericArray(shape: [1], [1.0]).asInts() == nil)
  }

  @Test("every element type converts to Float")
  func floats() {
    #expect(NumericArray(shape: [2], [Float(0.5), -2]).asFloats() == [0.5, -2])
    #expect(NumericArray(shape: [1], [0.1]).asFloats() == [Float(0.1)])
    #expect(NumericArray(shape: [1], [UInt8(200)]).asFloats() == [200])
    #expect(NumericArray(shape: [1], [Int64(-3)]).asFloats() == [-3])
  }

  @Test("a slice that is not aligned reads like an aligned copy")
  func unaligned() {
    let aligned = NumericArray(shape: [3], [Int32(1), -2, 3])
    let slice = (Data([9]) + aligned.bytes).dropFirst()
    #expect(NumericArray(shape: [3], elementType: .int32, bytes: slice).asInts() == [1, -2, 3])
  }

  @Test("sizes that overflow or are negative have no byte count")
  func byteCount() {
    #expect(NumericArray.byteCount(shape: [], elementType: .float64) == 8)
    #expect(NumericArray.byteCount(shape: [3, 0, 2], elementType: .int16) == 0)
    #expect(NumericArray.byteCount(shape: [1 << 32, 1 << 32], elementType: .uint8) == nil)
    #expect(NumericArray.byteCount(shape: [-1], elementType: .uint8) == nil)
  }
}
