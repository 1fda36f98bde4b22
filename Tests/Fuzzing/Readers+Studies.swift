import Distillation
import FileFormats
import Foundation
import FrontFiles
import HardwareProfiles
import NeuralNetworks
import RandomStreams
import SearchSpaces
import Studies

extension Reader {
  /// The files that people write for the project, and those that it writes itself.
  static let studyReaders: [Reader] = [
    Reader(
      "space", file: "space.json", share: 20, isJSON: true,
      seeds: { _ in try committed("SearchSpaces", suffix: ".json", atMost: 8000) }
    ) { input in
      let space = try SearchSpace(json: input.data, file: "space.json")
      var random = RandomStream(seed: 1, purpose: "architectures")
      _ = space.pointCount
      for _ in 0..<2 {
        let architecture = space.randomArchitecture(using: &random)
        _ = try space.architecture(key: space.key(of: architecture))
        let network = try space.network(
          for: architecture, input: TensorShape(height: 16, width: 16, channels: 1), classes: 10)
        _ = NetworkCosts(network)
      }
    },
    Reader(
      "profile", file: "profile.json", share: 20, isJSON: true,
      seeds: { _ in try committed("HardwareProfiles", suffix: ".json", atMost: 40_000) }
    ) { input in
      let profile = try HardwareProfile(json: input.data, file: "profile.json")
      var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 3))
      try builder.append(.convolution(kernel: 3, stride: 1, channels: 8, bias: true))
      try builder.append(.depthwiseConvolution(kernel: 3, stride: 2))
      try builder.append(.globalAveragePool)
      try builder.append(.dense(channels: 4))
      _ = Costs(try builder.network(), on: [profile])
    },
    Reader(
      "study", file: "study.json", share: 40, isJSON: true,
      seeds: { _ in
        let full = """
          {"format": "autodistill-study/1", "name": "all", "seed": 3,
           "data": {"train_images": "a.npy", "train_labels": "b.csv", "test_count": 5, "class_names": ["a", "b"]},
           "teacher": [{"command": ["t", "{images}", "{logits}"], "kind": "logits"},
             {"network": {"stem_channels": 8, "stages": [{"channels": 8, "blocks": 2}]}, "weight": 2},
             {"onnx": "t.onnx"}, {"logits": {"train": "t.npy", "kind": "probabilities"}}],
           "search_space": "s.json", "fix": {"depth": 1}, "hardware": ["p.json", "q.json"],
           "minimize": ["macs", "latency_ms@p"], "constraints": ["parameters<=1e5", "accuracy>=0.5"],
           "confidence": 0.9, "budgets": {"small": ["macs<=1e6"]},
           "search": {"sampler": "evolution", "trials": 20, "look_ahead": 4, "rungs": {"at": [0.3, 0.6], "keep": 0.5}},
           "flash": {"fraction": 0.1}, "full": {"epochs": 2, "batch": 16, "augmentation": {"flip": true}},
           "finalists": {"count": 3, "seeds": 2, "baseline": true}, "audit": {"count": 2, "at": 0.5, "raise": 2},
           "measure": {"command": ["bench", "{model}"], "format": "onnx", "profile": "p"},
           "precision": "fp32", "robustness": {"images": 100}, "warm_start": ["../x"], "workers": 2}
          """
        return try committed("Results", suffix: "study.json", atMost: 8000) + [Array(full.utf8)]
      }
    ) { input in
      let definition = try StudyDefinition(JSONField(json: input.data, file: "study.json"))
      _ = definition.commands.map(\.description)
      _ = definition.identity
    },
    Reader(
      "front", file: "front.json", share: 10, isJSON: true,
      seeds: { _ in
        let students = (0..<2).map { trial in
          """
          {"trial": \(trial), "key": "0\(trial)", "on_front": true, "macs": \(100 * (trial + 1)), "validation_accuracy": 0.8,
           "seeds": 1, "runs": [{"validation": {"count": 10, "correct": 8, "correct_images": "/wA=",
             "negative_log_likelihood": 0.5, "metrics": {"macro_f1": 0.8}}, "test": {"count": 10, "correct": 7}}]}
          """
        }
        let small = """
          {"format": "autodistill-front/3", "name": "small", "seed": 1, "version": "1", "minimize": ["macs"],
           "constraints": {"confidence": 0.9, "bounds": [{"constraint": "macs<=1e6", "set_by": "study"}]},
           "budgets": [{"name": "b", "constraints": ["macs<=1e6"], "trial": 0}],
           "splits": {"validation": {"count": 10, "sha256": "a"}, "test": {"count": 10, "sha256": "b"}},
           "hardware": [{"profile": "p", "protocol": "x"}], "trials": [{}, {}],
           "students": [\(students.joined(separator: ", "))]}
          """
        return [Array(small.utf8)]
      }
    ) { input in
      let front = try FrontFile(JSONField(json: input.data, file: "front.json"), subject: "front")
      for student in front.students { _ = student.validation.interval(confidence: 0.95) }
    },
    Reader(
      "journal", file: "journal.jsonl", share: 10,
      seeds: { folder in [try journal(folder)] }
    ) { input in
      let path = try input.path()
      _ = try Journal.state(of: StudyFolder((path as NSString).deletingLastPathComponent))
    },
  ]

  /// Returns a journal of two trials, one of them fully trained, without checksums, behind which nothing is looked at.
  private static func journal(_ folder: String) throws -> [UInt8] {
    let study = StudyFolder(folder)
    try? FileManager.default.removeItem(atPath: study.journal)
    let journal = try Journal(study)
    var builder = NetworkBuilder(input: TensorShape(height: 2, width: 2, channels: 1))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 2))
    let costs = Costs(try builder.network(), on: [])
    let validation = Evaluation(count: 3, correct: 2, negativeLogLikelihood: 0.5)
    let outcome = SplitOutcome(
      correctImages: ImageBits([true, true, false]),
      metrics: ClassificationMetrics(
        logits: [1, 0, 0, 1, 1, 0], labels: [0, 1, 1], classes: 2, teacher: nil))
    for (trial, key) in ["01", "1a"].enumerated() {
      try journal.append(.proposed(.init(trial: trial, key: key, costs: costs)))
      try journal.append(
        .finished(
          .init(
            trial: trial, outcome: .measured, validation: validation, seconds: 1.5, steps: 10,
            rungs: [], fraction: 0.5, repeats: [validation])))
    }
    try journal.append(.selected(.init(trials: [1])))
    try journal.append(
      .distilled(
        .init(
          trial: 1, repetition: 0, isBaseline: false, outcome: .measured, validation: validation,
          test: validation, validationOutcome: outcome, testOutcome: outcome, seconds: 3, steps: 40)
      ))
    let text = try String(contentsOfFile: study.journal, encoding: .utf8)
    return Array(text.replacing(#/,"seq":\d+,"chain":"[^"]*"/#, with: "").utf8)
  }
}
