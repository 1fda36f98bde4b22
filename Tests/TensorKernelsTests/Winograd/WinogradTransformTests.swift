import RandomStreams
import Testing

@testable import TensorKernels

/// The transforms against their matrices, taken off by unit vectors, in the identity that makes them a convolution.
@Suite("the transforms of minimal filtering")
struct WinogradTransformTests {
  /// The channels that are transformed at a time.
  private let width = nativeWidth

  /// A transform's matrix, `[outputs][inputs]`.
  private func matrix<Line: LineTransform>(_: Line.Type) -> [[Double]] {
    var rows = [[Double]](
      repeating: [Double](repeating: 0, count: Line.inputs), count: Line.outputs)
    for input in 0..<Line.inputs {
      let source = GuardedBuffer(
        updating: (0..<width * Line.inputs).map { $0 / width == input ? 1 : 0 })
      let target = GuardedBuffer(count: width * Line.outputs)
      Line.run(source.pointer, step: width, into: target.pointer, targetStep: width)
      target.expectGuards()
      for output in 0..<Line.outputs {
        let lanes = Set(target.values[width * output..<width * (output + 1)])
        #expect(lanes.count == 1, "all lanes are alike")
        rows[output][input] = Double(target.values[width * output])
      }
    }
    return rows
  }

  private func check<Form: WinogradTransforms>(_: Form.Type, outputs: Int) {
    let (input, window, output) = (
      matrix(Form.Input.self), matrix(Form.Window.self), matrix(Form.Output.self)
    )
    #expect(input.count == outputs + 2 && window.count == outputs + 2 && output.count == outputs)
    // Σ_p Aᵀ[y][p] G[p][k] Bᵀ[p][x] is 1 where x = y + k and 0 elsewhere.
    for y in 0..<outputs {
      for k in 0..<3 {
        for x in 0..<outputs + 2 {
          var sum = 0.0
          for p in 0..<outputs + 2 { sum += output[y][p] * window[p][k] * input[p][x] }
          #expect(abs(sum - (x == y + k ? 1 : 0)) < 1e-6, "output \(y), tap \(k), pixel \(x)")
        }
      }
    }
    // The gradients' transforms are the transposed ones.
    let (gradient, windowGradient) = (
      matrix(Form.Gradient.self), matrix(Form.WindowGradient.self)
    )
    for p in 0..<outputs + 2 {
      for y in 0..<outputs { #expect(abs(gradient[p][y] - output[y][p]) < 1e-7) }
      for k in 0..<3 { #expect(abs(windowGradient[k][p] - window[p][k]) < 1e-7) }
    }
  }

  @Test("filter a line exactly, F(2, 3)") func two() { check(WinogradTwo.self, outputs: 2) }
  @Test("filter a line exactly, F(4, 3)") func four() { check(WinogradFour.self, outputs: 4) }

  @Test("work on squares of pixels along both axes")
  func squares() {
    var random = RandomStream(seed: 8, purpose: "square")
    let values = random.floats(36 * width)
    let source = GuardedBuffer(updating: values)
    let target = GuardedBuffer(count: 16 * width)
    let room = GuardedBuffer(count: squareFloats)
    transformSquare(
      WinogradFour.Output.self, source.pointer, rowStep: 6 * width, pixelStep: width,
      into: target.pointer, targetRowStep: 4 * width, targetPixelStep: width, room: room.pointer)
    target.expectGuards()
    room.expectGuards("the room")
    let matrix = matrix(WinogradFour.Output.self)
    var expected = [Double](repeating: 0, count: 16 * width)
    for y in 0..<4 {
      for x in 0..<4 {
        for row in 0..<6 {
          for column in 0..<6 {
            for lane in 0..<width {
              expected[(y * 4 + x) * width + lane] +=
                matrix[y][row] * matrix[x][column]
                * Double(values[(row * 6 + column) * width + lane])
            }
          }
        }
      }
    }
    expectClose(target.values, expected, within: 1e-4)
  }
}
