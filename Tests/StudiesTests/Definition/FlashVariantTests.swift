import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a variant of a flash recipe")
struct FlashVariantTests {
  private let study: StudyDefinition

  init() throws { study = try StudyText.tiny.definition() }

  @Test("without anything of its own is the study's")
  func empty() throws {
    let training = try FlashVariant().training(in: study, trainingCount: 240)
    #expect(training.recipe == study.flash.compressed(study.full))
    #expect(training.end == nil && training.statisticsBatches == study.flash.statisticsBatches)
  }

  @Test("changes what it says, of what is compressed too, and nothing else")
  func overrides() throws {
    let training = try FlashVariant(
      flash: "{\"batch\":6,\"statistics_batches\":9}", full: "{\"temperature\":2,\"epochs\":8}"
    ).training(in: study, trainingCount: 240)
    var full = study.full
    (full.epochs, full.loss.temperature) = (8, 2)
    var flash = study.flash
    (flash.batch, flash.statisticsBatches) = (6, 9)
    #expect(training.recipe == flash.compressed(full) && training.recipe.epochs == 4)
    #expect(training.statisticsBatches == 9 && training.end == nil)
  }

  @Test("has no \"recipe\" within \"flash\", and its message says what has it")
  func recipe() {
    expectError(["recipe: got", "no \"recipe\" here", "\"full\""]) {
      _ = try FlashVariant(flash: "{\"recipe\":{\"temperature\":2}}").flashRecipe(in: study)
    }
  }

  @Test("that is cut keeps the full schedule and batch, and ends early")
  func cut() throws {
    // 30 steps of 24 images.
    for (fraction, end) in [(0.2, 6), (0.25, 8), (0.001, 1), (1, 30)] {
      let training = try FlashVariant(flash: "{\"fraction\":\(fraction)}", isCut: true)
        .training(in: study, trainingCount: 240)
      #expect(training.recipe == study.full && training.end == end)
    }
  }

  @Test("has another identity if anything that matters differs")
  func identity() throws {
    let variants = [
      FlashVariant(), FlashVariant(flash: "{\"batch\":6}"), FlashVariant(isCut: true),
      FlashVariant(flash: "{\"fraction\":0.25}", isCut: true),
      FlashVariant(flash: "{\"statistics_batches\":5}"), FlashVariant(full: "{\"temperature\":3}"),
    ]
    let identities = try variants.map {
      try $0.training(in: study, trainingCount: 240).identity
    }
    #expect(Set(identities).count == variants.count)
    let same = try FlashVariant(flash: "{\"fraction\":0.5}", full: "{}")
      .training(in: study, trainingCount: 240)
    #expect(same.identity == identities[0])
  }

  @Test("travels to a worker as it is, and tasks without one as ever")
  func coded() throws {
    func request(_ variant: FlashVariant?) -> WorkerRequest {
      let work = StudentTask.FlashWork(repetition: 3, variant: variant)
      return WorkerRequest(id: 1, task: StudentTask(.flash(work), key: "010", trial: 2))
    }
    let plain = String(decoding: try JSONEncoder().encode(request(nil)), as: UTF8.self)
    #expect(!plain.contains("variant"))
    let sent = request(FlashVariant(flash: "{\"batch\":6}", full: "{\"schedule\":\"cosine\"}"))
    let again = try JSONDecoder().decode(WorkerRequest.self, from: try JSONEncoder().encode(sent))
    #expect(again == sent)
  }
}
