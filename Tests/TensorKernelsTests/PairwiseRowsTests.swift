import RandomStreams
import Testing

@testable import TensorKernels

@Suite("rows with each other")
struct PairwiseRowsTests {
  @Test(
    "have the products and distances of their definitions, and nothing else is written",
    arguments: [1, 2, 3, 5, 8, 13], [1, 15, 16, 35, 80])
  func definition(count: Int, width: Int) {
    var random = RandomStream(seed: 1, purpose: "rows", count, width)
    let rows = random.floats(count * width)
    let stride = count + 3
    let (products, distances) = (
      GuardedBuffer(count: count * stride), GuardedBuffer(count: count * stride)
    )
    rowProducts(padded(rows), count: count, width: width, into: products.pointer, stride: stride)
    squaredRowDistances(
      padded(rows), count: count, width: width, into: distances.pointer, stride: stride)
    products.expectGuards()
    distances.expectGuards()
    for i in 0..<count {
      for j in 0..<stride {
        let place = i * stride + j
        guard j < count else {
          #expect(products.values[place].isNaN && distances.values[place].isNaN)
          continue
        }
        var (product, distance) = (0.0, 0.0)
        for d in 0..<width {
          let (a, b) = (Double(rows[i * width + d]), Double(rows[j * width + d]))
          product += a * b
          distance += (a - b) * (a - b)
        }
        #expect(abs(Double(products.values[place]) - product) < 1e-5 * (1 + Double(width)))
        #expect(abs(Double(distances.values[place]) - distance) < 1e-5 * (1 + Double(width)))
      }
      #expect(distances.values[i * stride + i] == 0)
    }
  }
}
