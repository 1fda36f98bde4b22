import Testing

@testable import TensorKernels

@Suite("a window's axis")
struct WindowAxisTests {
  static let cases = [1, 3, 5, 7].flatMap { kernel in
    (1...3).flatMap { stride in (1...20).map { length in (kernel, stride, length) } }
  }

  @Test("has k/2 zeros on both sides, and all of its frame", arguments: cases)
  func half(kernel: Int, stride: Int, length: Int) {
    let axis = WindowAxis(length: length, kernel: kernel, stride: stride, padding: .half)
    #expect(axis.before == kernel / 2 && axis.after == kernel / 2)
    #expect(axis.count == (length + stride - 1) / stride)
    #expect(axis.origin == 0 && axis.frameBefore == kernel / 2)
  }

  @Test("with SAME has as many places, and no more zeros than it needs", arguments: cases)
  func same(kernel: Int, stride: Int, length: Int) {
    let axis = WindowAxis(length: length, kernel: kernel, stride: stride, padding: .same)
    #expect(axis.count == (length + stride - 1) / stride)
    #expect([0, 1].contains(axis.after - axis.before))
    let end = (axis.count - 1) * stride + kernel
    #expect(axis.before + axis.after == max(0, end - length))
    // Its windows stay within the frame of the other padding.
    #expect(axis.origin >= 0 && axis.origin + end <= axis.frameLength)
    if stride == 1 || (stride == 2 && length % 2 == 1) {
      let half = WindowAxis(length: length, kernel: kernel, stride: stride, padding: .half)
      #expect(axis == half)
    }
  }

  @Test(
    "has TensorFlow's zeros",
    arguments: [
      (28, 3, 2, 0, 1), (96, 3, 2, 0, 1), (14, 5, 2, 1, 2), (49, 10, 2, 4, 5), (10, 4, 2, 1, 1),
    ])
  func known(length: Int, kernel: Int, stride: Int, before: Int, after: Int) {
    let axis = WindowAxis(length: length, kernel: kernel, stride: stride, padding: .same)
    #expect(axis.before == before && axis.after == after)
  }

  @Test("turned round begins at the start of its frame", arguments: 1...10, 1...12)
  func flipped(kernel: Int, length: Int) {
    let axis = WindowAxis(length: length, kernel: kernel, stride: 1, padding: .same).flipped
    #expect(axis.count == length && axis.origin == 0 && axis.frameAfter == axis.after)
  }
}
