import Foundation
import RandomStreams
import Testing

@testable import Datasets

@Suite("augmentation")
struct AugmentationTests {
  @Test("fields left out are off, and what is written is read back")
  func codable() throws {
    #expect(try Augmentation(json("{}")) == .none)
    let augmentation = try Augmentation(
      json(#"{"shift_pixels": 2, "flip": true, "cutout_pixels": 8}"#))
    #expect(augmentation == Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 8))
    let written = String(decoding: try JSONEncoder().encode(augmentation), as: UTF8.self)
    #expect(try Augmentation(json(written)) == augmentation)
    #expect(written.contains("shift_pixels"))
  }

  @Test("unknown keys, wrong types and negative numbers name the field")
  func strict() {
    expectError("study.json: shift", "unknown key", "did you mean \"shift_pixels\"") {
      _ = try Augmentation(json(#"{"shift": 2}"#))
    }
    expectError("study.json: shift_pixels", "-1", "from 0 to 65535") {
      _ = try Augmentation(json(#"{"shift_pixels": -1}"#))
    }
    expectError("flip", "got 1") { _ = try Augmentation(json(#"{"flip": 1}"#)) }
    expectError("cutout_pixels", "\"8\"") {
      _ = try Augmentation(json(#"{"cutout_pixels": "8"}"#))
    }
  }

  @Test("a shift or a cutout as large as the image is refused")
  func tooLarge() throws {
    try Augmentation(shiftPixels: 3, flip: true, cutoutPixels: 3).validate(height: 4, width: 9)
    expectError("student.shift_pixels", "found 4", "4×9") {
      try Augmentation(shiftPixels: 4, flip: false, cutoutPixels: 0)
        .validate(height: 4, width: 9, field: "student")
    }
    expectError("cutout_pixels", "found 4") {
      try Augmentation(shiftPixels: 0, flip: false, cutoutPixels: 4).validate(height: 4, width: 9)
    }
  }

  @Test("draws cover exactly the range, evenly")
  func drawRange() {
    let augmentation = Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 3)
    let key = AugmentationKey(seed: 1, epoch: 0)
    var shifts: [Int: Int] = [:]
    var flips = 0
    for index in 0..<5000 {
      var stream = key.stream(forImage: index)
      let draw = AugmentationDraw(augmentation, height: 10, width: 10, stream: &stream)
      shifts[draw.shiftDown, default: 0] += 1
      flips += draw.isFlipped ? 1 : 0
      #expect(abs(draw.shiftRight) <= 2)
      #expect((2...3).contains(draw.cutoutRows.count))
      #expect(0 <= draw.cutoutColumns.lowerBound && draw.cutoutColumns.upperBound <= 10)
    }
    #expect(shifts.keys.sorted() == [-2, -1, 0, 1, 2])
    // Six standard deviations of a binomial count: 5000 draws of probability 1/5, then 1/2.
    #expect(shifts.values.allSatisfy { abs($0 - 1000) < 170 })
    #expect(abs(flips - 2500) < 213)
  }

  @Test("seed, epoch and image each change the random numbers")
  func keys() {
    func first(_ seed: UInt64, _ epoch: Int, _ image: Int) -> UInt64 {
      var stream = AugmentationKey(seed: seed, epoch: epoch).stream(forImage: image)
      return stream.next()
    }
    #expect(first(1, 2, 3) == first(1, 2, 3))
    #expect(Set([first(1, 2, 3), first(2, 2, 3), first(1, 3, 3), first(1, 2, 4)]).count == 4)
  }
}
