import CIntegerVectors
import DeployedModels
import RandomStreams
import Testing

@testable import IntegerInference

/// The tests are compiled for the machine's vectors, but without the flags for dot products of bytes and lookups: with
/// AVX2 they see the engine's own form of each function, with more than that another one.
@Suite("sixteen lanes of integers")
struct LanesTests {
  private func words(_ stream: inout RandomStream, below limit: Double) -> Words {
    var result = Words.zero
    for lane in 0..<16 { result[lane] = Int32((2 * stream.uniform() - 1) * limit) }
    return result
  }

  @Test("multiply bytes without saturation")
  func dot() {
    var stream = RandomStream(seed: 1, purpose: "lanes")
    for turn in 0..<200 {
      // The largest products first: pairs of 255 · −128 need more than 16 bits.
      let values = turn == 0 ? Words(repeating: -1) : words(&stream, below: 2e9)
      let weights =
        turn == 0 ? Words(repeating: Int32(bitPattern: 0x8080_8080)) : words(&stream, below: 2e9)
      let sums = words(&stream, below: 1e6)
      let result = lanes_dot(sums, values, weights)
      for lane in 0..<16 {
        var sum = sums[lane]
        for byte in 0..<4 {
          let value = UInt32(bitPattern: values[lane]) >> UInt32(8 * byte) & 255
          let weight = Int8(truncatingIfNeeded: weights[lane] >> Int32(8 * byte))
          sum += (Int32(value) - lanes_dot_offset()) * Int32(weight)
        }
        #expect(result[lane] == sum)
      }
    }
  }

  @Test("multiply pairs of 16 bits")
  func pairs() {
    var stream = RandomStream(seed: 3, purpose: "lanes")
    for _ in 0..<200 {
      let (values, weights) = (words(&stream, below: 2e9), words(&stream, below: 2e9))
      let sums = words(&stream, below: 1e6)
      let result = lanes_dot_pairs(sums, values, weights)
      for lane in 0..<16 {
        let products = [Int32(0), 16].map {
          Int32(Int16(truncatingIfNeeded: values[lane] >> $0))
            * Int32(Int16(truncatingIfNeeded: weights[lane] >> $0))
        }
        #expect(result[lane] == sums[lane] &+ products[0] &+ products[1])
      }
    }
  }

  @Test("cut to bytes, and store the first of them")
  func cut() {
    var stream = RandomStream(seed: 4, purpose: "lanes")
    for turn in 0..<320 {
      let values = words(&stream, below: turn % 2 == 0 ? 400 : 2e6)
      let (zero, low, high) = (Int32(turn % 256), Int32(turn % 7), Int32(255 - turn % 5))
      let bytes = lanes_cut(
        values, Words(repeating: zero), Words(repeating: low), Words(repeating: high))
      let count = turn % 15 + 1
      var stored = [UInt8](repeating: 7, count: 17)
      lanes_store(bytes, &stored, count)
      for lane in 0..<16 {
        let expected = UInt8(min(max(values[lane] + zero, low), high))
        #expect(bytes[lane] == expected)
        #expect(stored[lane] == (lane < count ? expected : 7))
      }
      #expect(stored[16] == 7)
    }
  }

  @Test("notice a value that may be a half, in whatever lane")
  func doubt() {
    for lane in 0..<16 {
      var values = Floats(repeating: 17)
      values[lane] = lane % 2 == 0 ? 2.5 : -7.5
      let worst = lanes_doubt(values, .zero)
      #expect(lanes_exceed(worst, Finish.doubtLimit) != 0)
      #expect(lanes_exceed(lanes_doubt(Floats(repeating: 3), worst), Finish.doubtLimit) != 0)
      values[lane] = 2.499
      #expect(lanes_exceed(lanes_doubt(values, .zero), Finish.doubtLimit) == 0)
      #expect(lanes_exceed(lanes_doubt(values, .zero), 0.498) != 0)
    }
  }

  @Test("scale sums, and find the nearest integers")
  func nearest() {
    var stream = RandomStream(seed: 6, purpose: "lanes")
    for _ in 0..<200 {
      let sums = words(&stream, below: 1e5)
      let scaled = lanes_scaled(sums, Floats(repeating: 0.0625), Floats(repeating: 0.25))
      let nearest = lanes_nearest(scaled)
      for lane in 0..<16 {
        let expected = Float(sums[lane]) * 0.0625 + (sums[lane] < 0 ? -0.25 : 0.25)
        #expect(scaled[lane] == expected)
        #expect(nearest[lane] == Int32(expected.rounded(.toNearestOrEven)))
      }
    }
  }

  @Test("widen bytes to 16 bits")
  func widening() {
    let bytes = (0..<100).map { UInt8(255 - 2 * $0) }
    var wide = [UInt16](repeating: 7, count: 101)
    lanes_widen16(bytes, &wide, 100)
    #expect(wide == bytes.map(UInt16.init) + [7])
    var lanes = Bytes.zero
    for lane in 0..<16 { lanes[lane] = bytes[lane] }
    let result = lanes_widened16(lanes)
    for lane in 0..<16 { #expect(result[lane] == Int16(bytes[lane])) }
  }

  @Test("round as the rules do")
  func rounding() {
    var stream = RandomStream(seed: 2, purpose: "lanes")
    for exponent in Int32(0)...31 {
      var block = FinishBlock()
      for lane in 0..<16 {
        block.set(FixedPointMultiplier(significand: 1 << 30, shift: -exponent), lane: lane)
      }
      for turn in 0..<40 {
        var values = words(&stream, below: 2_147_483_647)
        if exponent > 0, turn < 20 {
          values = ((values &>> exponent) &<< exponent) &+ (1 &<< (exponent - 1))
        }
        let factors = words(&stream, below: 2_147_483_647) & Int32.max
        let shifted = lanes_rounding_shift(values, block.mask, block.threshold, block.right)
        let products = lanes_high_product(values, factors)
        for lane in 0..<16 {
          #expect(shifted[lane] == roundingShift(values[lane], exponent))
          #expect(products[lane] == highProduct(values[lane], factors[lane]))
        }
      }
    }
  }

  @Test("quantise floats as the rule does, whatever they are")
  func steps() {
    let quantization = TensorQuantization(scale: 0.25, zeroPoint: 3)
    let values: [Float] = [
      0, 0.125, -0.125, 0.375, -0.375, 0.12499999, -0.12499999, 40, -40, 1e30, -1e30, .infinity,
      -.infinity, .nan, 31.875, -32.875,
    ]
    let result = lanes_steps(Floats(values), quantization.scale) &+ Words(repeating: 3)
    for (lane, value) in values.enumerated() {
      #expect(Int8(clamping: result[lane]) == quantization.integer(of: value), "\(value)")
    }
  }

  @Test("read tables, any number of bytes", arguments: [0, 1, 63, 64, 65, 128, 200, 512])
  func lookup(count: Int) {
    let table = (0..<256).map { UInt8(($0 * 37 + 11) & 255) }
    let places = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 5 + 3) }
    var found = [UInt8](repeating: 0, count: count + 1)
    lanes_lookup(places, &found, table, count)
    #expect(found == places.map { table[Int($0)] } + [0])
  }

  @Test("read columns")
  func columns() {
    for first in stride(from: 0, to: 256, by: 16) {
      var places = Bytes.zero
      for lane in 0..<16 { places[lane] = UInt8(first + lane) }
      let quads = lanes_quad(places, places &+ 1, places &+ 2, places &+ 3)
      let triples = lanes_triple(places, places &+ 1, places &+ 2)
      let pairs = lanes_pair(places, places &+ 1)
      for lane in 0..<16 {
        let bytes = (0..<4).map { (index: UInt8) -> UInt32 in
          UInt32(places[lane] &+ index) << UInt32(8 * index)
        }
        #expect(UInt32(bitPattern: quads[lane]) == bytes.reduce(0, |))
        #expect(UInt32(bitPattern: triples[lane]) & 0xFF_FFFF == bytes.prefix(3).reduce(0, |))
        let pair = UInt32(places[lane]) | UInt32(places[lane] &+ 1) << 16
        #expect(UInt32(bitPattern: pairs[lane]) == pair)
      }
    }
  }
}
