import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A mixed batch in arrays.
private struct Batch: Equatable {
  var pixels: [Float]
  var labels: [Int32]
  var others: [Int32]
  var shares: [Float]

  init(count: Int, imageElements: Int) {
    // Values that nothing takes show what was not written.
    pixels = [Float](repeating: -999, count: count * imageElements)
    labels = [Int32](repeating: -999, count: count)
    (others, shares) = (labels, [Float](repeating: -999, count: count))
  }
}

@Suite("mixed images")
struct MixingTests {
  struct Case: Sendable {
    let text: String
    let mixes: [ImageMix]
  }

  private let folder: TemporaryFolder
  private let reader: BatchReader
  private static let augmentation = Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 2)
  private static let key = AugmentationKey(seed: 5, epoch: 3)

  init() throws {
    folder = try TemporaryFolder()
    reader = BatchReader(try folder.prepared(height: 6, width: 7, channels: 3))
  }

  private func batch(
    _ mixes: [ImageMix], _ indices: [Int], reader: BatchReader? = nil,
    augmentation: Augmentation = MixingTests.augmentation,
    key: AugmentationKey = MixingTests.key
  ) -> Batch {
    let reader = reader ?? self.reader
    var batch = Batch(count: indices.count, imageElements: reader.dataset.imageElements)
    indices.withUnsafeBufferPointer {
      reader.fill(
        &batch.pixels, labels: &batch.labels, otherLabels: &batch.others, shares: &batch.shares,
        indices: $0, split: .training, augmentation: augmentation, mixes: mixes, key: key)
    }
    return batch
  }

  /// An image as it is augmented in the epoch, alone.
  private func augmented(_ index: Int) -> [Float] {
    var pixels = [Float](repeating: 0, count: reader.dataset.imageElements)
    var label: Int32 = 0
    [index].withUnsafeBufferPointer {
      reader.fill(
        &pixels, labels: &label, indices: $0, split: .training, augmentation: Self.augmentation,
        key: Self.key)
    }
    return pixels
  }

  private func drawn(_ mixes: [ImageMix], _ index: Int, key: AugmentationKey = key) -> MixDraw? {
    reader.mixDraw(mixes, forImage: index, of: .training, key: key)
  }

  @Test("by mixup are the weighted sum of two augmented images, the labels those of the two")
  func mixup() throws {
    let mixes = [ImageMix(.mixup)]
    let (batch, size) = (batch(mixes, Array(0..<40)), reader.dataset.imageElements)
    for index in 0..<40 {
      let draw = try #require(drawn(mixes, index))
      let (own, other) = (augmented(index), augmented(draw.partner))
      for element in 0..<size {
        let expected =
          (1 - Double(draw.share)) * Double(own[element])
          + Double(draw.share) * Double(other[element])
        // Three roundings of values below 4.
        #expect(abs(Double(batch.pixels[index * size + element]) - expected) < 1e-6)
      }
      #expect(batch.shares[index] == draw.share)
      #expect(Int(batch.labels[index]) == reader.dataset.label(index, of: .training))
      #expect(Int(batch.others[index]) == reader.dataset.label(draw.partner, of: .training))
    }
    #expect(Set(batch.shares).count == 40)
  }

  @Test("by cutmix show a rectangle of the other image, whose share is the share of its pixels")
  func cutmix() throws {
    let mixes = [ImageMix(.cutmix)]
    let (batch, size) = (batch(mixes, Array(0..<40)), reader.dataset.imageElements)
    var areas: Set<MixDraw.Area> = []
    for index in 0..<40 {
      guard let draw = drawn(mixes, index) else {
        #expect(batch.shares[index] == 0)
        #expect(Array(batch.pixels[index * size..<(index + 1) * size]) == augmented(index))
        continue
      }
      let area = try #require(draw.area)
      areas.insert(area)
      let (own, other) = (augmented(index), augmented(draw.partner))
      var pasted = 0
      for row in 0..<6 {
        for column in 0..<7 {
          let isInside = area.rows.contains(row) && area.columns.contains(column)
          pasted += isInside ? 1 : 0
          for channel in 0..<3 {
            let place = (row * 7 + column) * 3 + channel
            #expect(
              batch.pixels[index * size + place] == (isInside ? other : own)[place])
          }
        }
      }
      #expect(batch.shares[index] == Float(pasted) / 42)
    }
    #expect(areas.count > 10)
    #expect(
      areas.contains { $0.rows.lowerBound == 0 } && areas.contains { $0.rows.upperBound == 6 })
  }

  @Test("are the same in slices and in any order as in the whole batch")
  func slices() {
    let mixes = [
      ImageMix(.mixup, alpha: 0.4, probability: 0.5), ImageMix(.cutmix, probability: 0.5),
    ]
    let whole = batch(mixes, Array(0..<40))
    let size = reader.dataset.imageElements
    let ranges: [Range<Int>] = [30..<40, 0..<7, 7..<30]
    for range in ranges {
      let part = batch(mixes, Array(range))
      #expect(part.labels == Array(whole.labels[range]))
      #expect(part.others == Array(whole.others[range]))
      #expect(part.shares == Array(whole.shares[range]))
      let values = range.lowerBound * size..<range.upperBound * size
      #expect(part.pixels == Array(whole.pixels[values]))
    }
    let backwards = batch(mixes, (0..<40).reversed())
    #expect(backwards.shares == whole.shares.reversed())
  }

  @Test("are others for each image, epoch and seed")
  func keys() {
    let mixes = [ImageMix(.mixup)]
    let keys = [
      Self.key, AugmentationKey(seed: 5, epoch: 4), AugmentationKey(seed: 6, epoch: 3),
    ]
    let draws = keys.flatMap { key in (0..<40).compactMap { drawn(mixes, $0, key: key) } }
    #expect(Set(draws.map(\.share)).count == 120)
    for image in 0..<40 {
      #expect(Set(keys.compactMap { drawn(mixes, image, key: $0)?.share }).count == 3)
    }
    #expect(Set(draws.map(\.partner)).count > 30)
  }

  @Test("are of each kind as often as it says, the rest is left as it is")
  func probabilities() {
    let mixes = [
      ImageMix(.mixup, probability: 0.2), ImageMix(.cutmix, alpha: 100, probability: 0.5),
    ]
    var (blended, pasted, none) = (0, 0, 0)
    for epoch in 0..<50 {
      for index in 0..<40 {
        let key = AugmentationKey(seed: 9, epoch: epoch)
        guard let draw = drawn(mixes, index, key: key) else {
          none += 1
          continue
        }
        if draw.area == nil { blended += 1 } else { pasted += 1 }
      }
    }
    // Five standard errors of 2,000 draws are at most 112. A rectangle near the middle of the shares is never empty.
    #expect(abs(blended - 400) < 90 && abs(pasted - 1000) < 112 && abs(none - 600) < 103)
    let unmixed = batch([ImageMix(.mixup, probability: 0)], [3, 1])
    #expect(unmixed.pixels == augmented(3) + augmented(1) && unmixed.shares == [0, 0])
  }

  @Test("have partners of their own kind: both classes are known, or neither")
  func unknownClasses() throws {
    _ = try folder.write(
      NumericArray(shape: [60, 2, 2], (0..<240).map { pseudoPixel($0) }), to: "u-images")
    let labels = (0..<60).map { (image: Int) -> Int32 in
      image % 4 == 0 ? Int32(image / 4 % 3) : -1
    }
    try NPYFile.write(NumericArray(shape: [60], labels), to: folder.file("u-labels.npy"))
    let dataset = try PreparedDataset.prepare(
      DatasetDefinition(
        source: .arrays(
          train: .init(images: "u-images", labels: "u-labels.npy"), test: nil, classes: 3),
        validationCount: 3, testCount: 3),
      baseFolder: folder.path, into: folder.file("unlabeled"))
    let all = Array(0..<dataset.count(.training))
    let batch = batch(
      [ImageMix(.mixup)], all, reader: BatchReader(dataset), augmentation: .none)
    #expect(batch.labels.contains(-1) && batch.labels.contains { $0 >= 0 })
    for index in all {
      #expect(batch.shares[index] > 0)
      #expect((batch.labels[index] >= 0) == (batch.others[index] >= 0))
    }
  }

  @Test(
    "are stated as one way or several",
    arguments: [
      Case(text: #"{"kind": "mixup"}"#, mixes: [ImageMix(.mixup)]),
      Case(
        text: #"{"kind": "cutmix", "alpha": 0.4, "probability": 0.25}"#,
        mixes: [ImageMix(.cutmix, alpha: 0.4, probability: 0.25)]),
      Case(
        text: #"[{"kind": "mixup", "alpha": 0.2}, {"kind": "cutmix"}]"#,
        mixes: [
          ImageMix(.mixup, alpha: 0.2, probability: 0.5), ImageMix(.cutmix, probability: 0.5),
        ]),
      Case(text: "[]", mixes: []),
    ])
  func reading(test: Case) throws {
    #expect(try ImageMix.list(json(test.text)) == test.mixes)
    #expect(Set(test.mixes.map(\.identity)).count == test.mixes.count)
  }

  @Test(
    "that are stated wrongly are an error that names the field",
    arguments: [
      (#"{"kind": "blend"}"#, ["mix.kind", "\"blend\"", "\"mixup\", \"cutmix\""]),
      (#"{"alpha": 1}"#, ["mix", "\"kind\""]),
      (#"{"kind": "mixup", "alpha": 0}"#, ["mix.alpha", "got 0", "0.01 to 100"]),
      (#"{"kind": "mixup", "probability": 1.5}"#, ["mix.probability", "1.5", "0 to 1"]),
      (#"{"kind": "mixup", "share": 1}"#, ["mix.share", "unknown key"]),
      (#"[{"kind": "mixup"}, {"kind": "mixup"}]"#, ["mix[1]", "once", "\"mixup\""]),
      (
        #"[{"kind": "mixup", "probability": 0.7}, {"kind": "cutmix"}]"#,
        ["mix", "at most 1 together"]
      ),
      (#""mixup""#, ["mix", "\"mixup\"", "a way to mix images"]),
    ])
  func wrong(text: String, parts: [String]) throws {
    let recipe = try json(#"{"mix": \#(text)}"#).members(of: "a recipe", known: ["mix"])
    do {
      _ = try ImageMix.list(recipe.required("mix"))
      Issue.record("no error")
    } catch {
      for part in parts { #expect("\(error)".contains(part), "\(error)") }
    }
  }
}
