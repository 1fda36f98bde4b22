import FileFormats
import Testing

@testable import Teachers

@Suite("the precision of stored numbers")
struct FloatPrecisionTests {
  private func precision<Element: NumericElement>(_ values: [Element]) -> FloatPrecision? {
    let array = NumericArray(shape: [values.count], values)
    return FloatPrecision(array, array.asFloats())
  }

  @Test("is half where every value is a half-precision number")
  func half() {
    for values: [Float] in [
      [0, 1, -0.5, 0.333_251_95, 65_504, -.infinity], [0x1p-14, 0x1p-24, 3 * 0x1p-24],
    ] {
      #expect(precision(values) == .half)
    }
    for values: [Float] in [[0.1], [1, 65_536], [0x1p-25], [1 + 0x1p-11]] {
      #expect(precision(values) == .single)
    }
  }

  @Test("is the file's for others, and none for whole numbers")
  func others() {
    #expect(precision([0.5, 1.0]) == .double)
    #expect(precision([1, 2] as [Int32]) == nil)
  }
}
