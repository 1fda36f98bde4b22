import Datasets
import NeuralNetworks
import TensorKernels
import Testing

@testable import Distillation

@Suite("the identity of a recipe")
struct RecipeIdentityTests {
  private static let changes: [(String, @Sendable (inout Recipe) -> Void)] = [
    ("nothing", { _ in }),
    ("epochs", { $0.epochs = 6.000001 }),
    ("batch", { $0.batch = 25 }),
    ("slices", { $0.slices = 3 }),
    ("momentum", { $0.optimizer = .sgd(momentum: 0.90000004, nesterov: true) }),
    ("nesterov", { $0.optimizer = .sgd(momentum: 0.9, nesterov: false) }),
    ("AdamW", { $0.optimizer = .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8) }),
    ("beta1", { $0.optimizer = .adamW(beta1: 0.8, beta2: 0.999, epsilon: 1e-8) }),
    ("beta2", { $0.optimizer = .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8) }),
    ("epsilon", { $0.optimizer = .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-7) }),
    ("weight decay", { $0.weightDecay = 2e-4 }),
    ("clip norm", { $0.clipNorm = 1 }),
    ("another clip norm", { $0.clipNorm = 2 }),
    ("shape", { $0.schedule.shape = .cosine }),
    ("peak rate", { $0.schedule.peakRate = 0.11 }),
    ("warm-up", { $0.schedule.warmupShare = 0.1 }),
    ("final share", { $0.schedule.finalShare = 0.1 }),
    ("distillation", { $0.loss.distillation = 0.5 }),
    ("temperature", { $0.loss.temperature = 2 }),
    ("label smoothing", { $0.loss.labelSmoothing = 0.1 }),
    ("shift", { $0.augmentation = Augmentation(shiftPixels: 1, flip: false, cutoutPixels: 0) }),
    ("flip", { $0.augmentation = Augmentation(shiftPixels: 0, flip: true, cutoutPixels: 0) }),
    ("cutout", { $0.augmentation = Augmentation(shiftPixels: 0, flip: false, cutoutPixels: 1) }),
    ("view", { $0.teacherView = .augmented }),
    ("stored views", { $0.teacherView = .stored }),
    (
      "more stored views",
      {
        $0.teacherView = .stored
        $0.storedViews = 9
      }
    ),
  ]

  @Test("differs whenever a field differs")
  func everyFieldCounts() {
    var seen: [String: String] = [:]
    for (name, change) in Self.changes {
      let identity = Recipe.small.with(change).identity
      #expect(seen[identity] == nil, "\(name) reads like \(seen[identity] ?? "")")
      seen[identity] = name
    }
  }

  @Test("is the same for equal recipes")
  func equalRecipes() {
    #expect(Recipe.small.with { $0.epochs = 6 }.identity == Recipe.small.identity)
  }
}
