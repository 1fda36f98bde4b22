import Datasets
import Distillation
import Foundation
import NeuralNetworks
import Synchronization
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("a network of our own as a teacher")
struct NetworkTeacherTests {
  static let network = "\"network\": {\"stem_channels\": 4, \"stages\": [{\"channels\": 4}]}"
  static let recipe = "\"recipe\": {\"epochs\": 3, \"batch\": 17, \"learning_rate\": 0.1}"
  static let space = """
    {"format": "autodistill-search-space/1", "name": "columns",
     "parameters": [{"name": "width", "values": [4, 6]}],
     "references": [{"name": "wide", "key": "1"}],
     "blueprint": [
       {"layer": "convolution", "kernel": 3, "channels": "$width"}, {"layer": "batch_norm"},
       {"layer": "activation", "kind": "relu"}, {"layer": "global_average_pool"},
       {"layer": "dense", "channels": "$classes"}]}
    """

  private func trained(_ teacher: any Teacher) throws -> [Float] {
    try teacher.prepare(.quiet)
    return try #require(try teacher.answers(on: .training, .quiet)).logits
  }

  @Test("has the identity that it had before teachers had forms")
  func identity() throws {
    let study = try SmallStudy()
    let teacher = try study.teacher("{\(Self.network), \(Self.recipe)}")
    let network = try ResidualTeacher(
      stemChannels: 4, stemStride: 1, stages: [.init(channels: 4, blocks: 1, stride: 1)]
    ).network(input: TensorShape(height: 6, width: 6, channels: 1), classes: 3)
    var recipe = Recipe.teacherDefaults
    (recipe.epochs, recipe.batch, recipe.schedule.peakRate) = (3, 17, 0.1)
    func identity(_ recipe: Recipe, weights: String) -> String {
      ContentHash.hexadecimal(
        of: [
          network.identity, recipe.identity, weights, study.reader.dataset.contentHash, "3", "2",
        ]
        .joined(separator: "|"))
    }
    #expect(try teacher.identity() == identity(recipe, weights: ""))
    try study.folder.write("weights", to: "w.safetensors")
    #expect(
      try study.teacher("{\(Self.network), \"weights\": \"w.safetensors\"}").identity()
        == identity(.teacherDefaults, weights: ContentHash.hexadecimal(of: "weights")))
  }

  @Test("is trained once, and then read")
  func trainedOnce() throws {
    let study = try SmallStudy()
    let teacher = try study.teacher("{\(Self.network), \(Self.recipe)}")
    let first = try trained(teacher)
    let stamp = try ContentHash.hexadecimal(ofFile: teacher.keptFiles[0])
    #expect(try trained(teacher) == first)
    #expect(try ContentHash.hexadecimal(ofFile: teacher.keptFiles[0]) == stamp)
    #expect(try teacher.live().logits(of: .training, reader: study.reader) == first)
    #expect(try teacher.costs() != nil && teacher.obstacleToAsking == nil)
    #expect(throws: TeacherError.stopped) {
      try FileManager.default.removeItem(atPath: teacher.keptFiles[0])
      try teacher.prepare(
        TeacherWork(
          threads: 1, note: { _ in }, advance: { _, _, _ in }, shouldStop: { true }))
    }
  }

  @Test("continues its training where it was stopped, within an epoch, and ends with the same bits")
  func stoppedOften() throws {
    let (straight, study) = (try SmallStudy(), try SmallStudy())
    let definition = "{\(Self.network), \(Self.recipe)}"
    let expected = try trained(straight.teacher(definition))
    let teacher = try study.teacher(definition)
    var stops = 0
    while true {
      let asked = Counter()
      do {
        // Two steps of the fifteen each time, of five an epoch.
        try teacher.prepare(
          TeacherWork(
            threads: 1, note: { _ in }, advance: { _, _, _ in }, shouldStop: { asked.next() == 2 }))
        break
      } catch TeacherError.stopped {
        stops += 1
      }
    }
    #expect(stops == 7)
    #expect(try teacher.answers(on: .training, .quiet)?.logits == expected)
    #expect(try !study.folder.has("teacher/checkpoint.safetensors"))
  }

  @Test("stops while it answers, and keeps what it has answered until that is let go of")
  func answersKept() throws {
    let study = try SmallStudy()
    let teacher = try study.teacher("{\(Self.network), \(Self.recipe)}")
    try teacher.prepare(.quiet)
    #expect(throws: TeacherError.stopped) {
      _ = try teacher.answers(
        on: .training,
        TeacherWork(
          threads: 1, note: { _ in }, advance: { _, _, _ in }, shouldStop: { true }))
    }
    #expect(try !study.folder.has("teacher/chunks"))
    let answers = try teacher.answers(on: .training, .quiet)
    #expect(try study.folder.has("teacher/chunks"))
    // Nothing is computed again: nobody is asked whether to stop.
    let again = try teacher.answers(
      on: .training,
      TeacherWork(threads: 1, note: { _ in }, advance: { _, _, _ in }, shouldStop: { true }))
    #expect(again?.logits == answers?.logits)
    teacher.release(.training)
    #expect(try !study.folder.has("teacher/chunks"))
  }

  @Test("may be any architecture of a space, by its key or by a reference design's name")
  func architecture() throws {
    let study = try SmallStudy()
    try study.folder.write(Self.space, to: "space.json")
    func teacher(_ key: String) throws -> any Teacher {
      try study.teacher("{\"search_space\": \"space.json\", \"key\": \"\(key)\", \(Self.recipe)}")
    }
    let (narrow, wide) = (try teacher("0"), try teacher("wide"))
    #expect(try wide.identity() == teacher("1").identity())
    #expect(try wide.identity() != narrow.identity())
    #expect(try #require(wide as? NetworkTeacher).network.nodes[1].shape.channels == 6)
    #expect(try trained(wide).count == 85 * 3)
    expectError(["teacher.key", "\"7\"", "space.json"]) { _ = try teacher("7") }
    expectError([try study.folder.file("other.json")]) {
      _ = try study.teacher("{\"search_space\": \"other.json\", \"key\": \"0\"}")
    }
  }

  @Test("whose weights expect another standardisation sees images by that one")
  func standardised() throws {
    let study = try SmallStudy()
    let teacher = try study.teacher("{\(Self.network), \(Self.recipe)}")
    let logits = try trained(teacher)
    try FileManager.default.copyItem(
      atPath: teacher.keptFiles[0], toPath: study.folder.file("w.safetensors"))
    func given(_ members: String) throws -> any Teacher {
      try study.teacher("{\(Self.network), \"weights\": \"w.safetensors\"\(members)}")
    }
    let own = study.reader.dataset.standardization
    // The training split's statistics change nothing, to the last bit.
    let same = try given(
      ", \"mean\": [\(own.mean[0])], \"deviation\": [\(own.standardDeviation[0])]")
    #expect(try trained(same) == logits)
    let other = try given(", \"mean\": [0.25], \"deviation\": [0.5]")
    let found = try trained(other)
    #expect(found != logits)
    // What a reader would give that standardises so, image by image.
    let model = try TrainedModel(
      #require(teacher as? NetworkTeacher).network, contentsOf: study.folder.file("w.safetensors"))
    let plan = model.inferencePlan(capacity: 1)
    for image in [0, 40, 84] {
      let bytes = study.reader.dataset.image(image, of: .training)
      for pixel in 0..<36 {
        let value = Double(bytes.load(fromByteOffset: pixel, as: UInt8.self)) / 255
        plan.input[pixel] = Float((value - 0.25) / 0.5)
      }
      plan.run(images: 1)
      for place in 0..<3 { #expect(abs(plan.logits[place] - found[3 * image + place]) < 1e-4) }
    }
    #expect(try Set([given(""), same, other].map { try $0.identity() }).count == 3)
    #expect(try other.live().contentHash != given("").live().contentHash)
    expectError(["teacher.mean", "2 numbers", "1, one for each channel"]) {
      _ = try given(", \"mean\": [0.25, 0.5], \"deviation\": [0.5]")
    }
  }

  @Test("must have room for all that is kept of its weights, trained here or brought along")
  func size() throws {
    let study = try SmallStudy()
    try study.folder.write("weights", to: "w.safetensors")
    let wide = "\"network\": {\"stem_channels\": 32, \"stages\": [{\"channels\": 32}]}"
    for (json, work) in [
      ("{\(wide), \(Self.recipe)}", "while it is trained"),
      ("{\(wide), \"weights\": \"w.safetensors\"}", "while it answers"),
    ] {
      let teacher = try #require(try study.teacher(json) as? NetworkTeacher)
      let parameters = NetworkCosts(teacher.network).parameters
      let bytes = teacher.weightBytes
      try teacher.checkSize(memory: bytes)
      expectError(["teacher", "\(parameters) weights", work, "\((bytes - 1) >> 20) MiB"]) {
        try teacher.checkSize(memory: bytes - 1)
      }
      // Fewer than the weights alone take.
      expectError(["teacher", "\(parameters) weights", "0 MiB"]) {
        try teacher.checkSize(memory: 1)
      }
      // Two 3×3 convolutions of 32 channels run by transformed weights of 4×4 positions.
      #expect(bytes >= 4 * (parameters + 2 * 16 * 32 * 32))
    }
  }

  @Test("that does not fit the data is refused, naming the field")
  func misfits() throws {
    let study = try SmallStudy()
    for (json, parts) in [
      ("{\(Self.network), \"recipe\": {\"batch\": 86}}", ["teacher.recipe.batch", "86", "85"]),
      (
        "{\(Self.network), \"recipe\": {\"batch\": 9, \"augmentation\": {\"shift_pixels\": 6}}}",
        ["teacher.recipe.augmentation.shift_pixels", "6"]
      ),
    ] {
      expectError(parts) { _ = try study.teacher(json) }
    }
  }
}

/// Counts how often it is asked.
private final class Counter: Sendable {
  private let count = Mutex(0)

  /// Returns 1, 2, 3 and so on.
  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}
