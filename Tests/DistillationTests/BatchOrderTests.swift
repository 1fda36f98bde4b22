import Datasets
import Testing

@testable import Distillation

@Suite("the order of images in batches")
struct BatchOrderTests {
  /// 6 of 24 images with a label, where 60 of 240 have one.
  private static let recipe = Recipe.small.with {
    $0.loss.distillation = 0.5
    $0.labeledShare = 0.5
  }

  private func order(_ recipe: Recipe = recipe, seed: UInt64 = 3) throws -> BatchOrder {
    BatchOrder(recipe, of: try StripedImages.mostlyUnlabeledReader().dataset, seed: seed)
  }

  private func isLabeled(_ image: Int) throws -> Bool {
    try StripedImages.mostlyUnlabeledReader().dataset.label(image, of: .training) >= 0
  }

  @Test("is that of an epoch over all images where no share is asked for")
  func plain() throws {
    var order = try order(Self.recipe.with { $0.labeledShare = nil })
    var expected = EpochOrder(count: 240, seed: 3)
    for epoch in [0, 2, 1] {
      order.begin(epoch: epoch)
      expected.shuffle(epoch: epoch)
      #expect(order.indices == expected.indices && order.passes == [epoch])
      #expect(order.runs(in: 24..<48).map(\.pass) == [epoch])
    }
  }

  @Test(
    "has as many labelled images in every batch, and in every half of it",
    arguments: [(0.5, 12), (0.25, 6), (0.3, 7), (0.001, 1), (0.999, 23)])
  func share(share: Double, count: Int) throws {
    let recipe = Self.recipe.with { $0.labeledShare = share }
    #expect(recipe.labeledPerBatch == count)
    var order = try order(recipe)
    for epoch in 0..<3 {
      order.begin(epoch: epoch)
      #expect(order.indices.count == 240)
      for batch in 0..<10 {
        let labeled = try order.indices[24 * batch..<24 * batch + 24].map(isLabeled)
        #expect(labeled.count { $0 } == count)
        #expect(abs(2 * labeled.prefix(12).count { $0 } - count) <= 1)
      }
    }
  }

  @Test("shows all images of a kind equally often, and knows which pass each is of")
  func passes() throws {
    var order = try order()
    var seen: [Int: [Int]] = [:]
    for epoch in 0..<3 {
      order.begin(epoch: epoch)
      for run in order.runs(in: 0..<240) {
        #expect(order.passes.contains(run.pass))
        for place in run.places { seen[order.indices[place], default: []].append(run.pass) }
      }
    }
    // 360 places of each kind: six passes over 60 images, two over 180.
    for (image, passes) in seen {
      #expect(passes == (try isLabeled(image) ? [0, 1, 2, 3, 4, 5] : [0, 1]), "image \(image)")
    }
    #expect(seen.count == 240)
  }

  @Test("depends on seed and epoch alone, also where a pass ends within an epoch")
  func repeatable() throws {
    let recipe = Self.recipe.with { $0.labeledShare = 0.3 }
    var straight = try order(recipe)
    for epoch in 0...4 { straight.begin(epoch: epoch) }
    var direct = try order(recipe)
    direct.begin(epoch: 4)
    #expect(direct.indices == straight.indices && direct.passes == straight.passes)
    #expect(direct.passes.count > 1)
    var other = try order(recipe, seed: 4)
    other.begin(epoch: 4)
    #expect(other.indices != direct.indices)
  }

  @Test("has every image once for norm statistics, whatever the epoch and the share")
  func whole() throws {
    var order = try order()
    order.begin(epoch: 2)
    #expect(order.whole == EpochOrder(count: 240, seed: 3).indices)
    for share in [nil, 0.5] {
      var order = try self.order(Self.recipe.with { $0.labeledShare = share })
      order.begin(epoch: 2)
      #expect(order.whole.sorted() == Array(0..<240))
    }
  }

  @Test("is the plain one where all images that are learnt from are of one kind")
  func oneKind() throws {
    let labeled = try order(Self.recipe.with { $0.loss.distillation = 0 })
    #expect(labeled.indices.count == 60)
    let dataset = try StripedImages.reader().dataset
    #expect(
      BatchOrder(Self.recipe, of: dataset, seed: 3).indices
        == EpochOrder(count: 240, seed: 3).indices)
  }
}
