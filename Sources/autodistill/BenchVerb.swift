import Foundation
import NeuralNetworks
import TensorKernels

/// `autodistill bench`
struct BenchVerb: Verb {
  static let name = "bench"
  static let summary = "speed of training and inference on this machine"
  static let operands: [String] = []
  static let options = ["--network", "--batch", "--threads"]
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill bench [--network S|M|L|T] [--batch B] [--threads T] [--json]

    Trains and runs reference networks (S 0.5, M 5.6, L 24 and T 37 million MACs, 28×28×1 images) on
    made-up images. A training step is forward, distillation loss, backward and SGD with momentum;
    GFLOP/s count two operations a multiply–add and three passes. Inference is one image, one thread.

    --network NAME    only this one (default: all)
    --batch B         images a step (default: 64)
    --threads T       threads of a training step (default: 1)
    --json            one JSON object a network
    """

  private let networks: [ReferenceNetwork]
  private let batch: Int
  private let threads: Int
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    if let name = arguments.value("--network") {
      guard let network = ReferenceNetwork(rawValue: name) else {
        throw UsageError("--network: got '\(name)', expected S, M, L or T")
      }
      networks = [network]
    } else {
      networks = ReferenceNetwork.allCases
    }
    batch = try arguments.integer("--batch", in: 2...4096) ?? 64
    threads = try arguments.integer("--threads", in: 1...256) ?? 1
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    if !asJSON {
      Terminal.print(
        "network        MACs   images/s   ms/step   GFLOP/s   arena MiB   latency µs (95 %)")
    }
    for reference in networks { try measure(reference) }
    return .success
  }

  private func measure(_ reference: ReferenceNetwork) throws {
    let network = try reference.network()
    let macs = NetworkCosts(network).macs
    let plan = TrainingPlan(network: network, batch: batch, slices: min(threads, batch))
    let seconds = secondsPerStep(plan)
    let rate = Double(batch) / seconds
    let gflops = rate * Double(6 * macs) / 1e9
    let latencies = InferenceTimer.sortedMicroseconds(network, seconds: 0.5, fewest: 100)
    let median = latencies[latencies.count / 2]
    let p95 = latencies[latencies.count * 95 / 100]
    if asJSON {
      Terminal.print(
        """
        {"network": "\(reference.rawValue)", "macs": \(macs), "batch": \(batch), \
        "threads": \(threads), "images_per_second": \(rate), \
        "milliseconds_per_step": \(1000 * seconds), "gflops": \(gflops), \
        "arena_bytes": \(plan.arenaBytes), "latency_us_median": \(median), \
        "latency_us_p95": \(p95)}
        """)
    } else {
      let name = reference.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
      Terminal.print(
        name
          + String(
            format: "%11d %10.0f %9.2f %9.1f %11.1f %11.1f (%.1f)", macs, rate, 1000 * seconds,
            gflops, Double(plan.arenaBytes) / 1_048_576, median, p95))
    }
  }

  /// Returns the median time of a step over about two seconds, after a warm-up.
  private func secondsPerStep(_ plan: TrainingPlan) -> Double {
    plan.layout.initialize(plan.parameters, network: plan.network, seed: 1)
    let optimizer = Optimizer(
      rule: .sgd(momentum: 0.9, nesterov: true), weightDecay: 1e-4, clipNorm: nil,
      layout: plan.layout)
    let trainer = Trainer(plan: plan, optimizer: optimizer, threads: threads)
    let images = MadeUpImages(shape: plan.network.inputShape, count: 4 * batch)
    let clock = StepClock()
    trainer.run(
      steps: 0..<Int(Int32.max),
      loss: LossWeights(distillation: 0.9, temperature: 4, labelSmoothing: 0),
      rate: { _ in 1e-3 }, fill: images.fill
    ) { _ in clock.tick(warmup: 5, seconds: 2, fewest: 30) }
    return clock.median
  }
}

/// Random images, labels and soft targets, drawn once.
private final class MadeUpImages: @unchecked Sendable {
  private let count: Int
  private let elements: Int
  private let pixels: [Float]

  init(shape: TensorShape, count: Int) {
    (self.count, elements) = (count, shape.elementCount)
    var stream = RandomStream(seed: 1, purpose: "made-up images")
    pixels = (0..<count * shape.elementCount).map { _ in Float(stream.normal()) }
  }

  func fill(_ slice: TrainingSlice) {
    pixels.withUnsafeBufferPointer { pixels in
      for (place, index) in slice.range.enumerated() {
        let image = (slice.step * slice.range.count + index) % count
        (slice.images + place * elements).update(
          from: pixels.baseAddress! + image * elements, count: elements)
        slice.labels[place] = Int32(image % 10)
        for c in 0..<10 { slice.teacher[place * 10 + c] = pixels[(image * 10 + c) % pixels.count] }
      }
    }
  }
}

/// Takes the time between steps.
private final class StepClock: @unchecked Sendable {
  private var times: [Double] = []
  private var last = DispatchTime.now().uptimeNanoseconds
  private var steps = 0

  /// Counts a step; false when there are enough.
  func tick(warmup: Int, seconds: Double, fewest: Int) -> Bool {
    let now = DispatchTime.now().uptimeNanoseconds
    steps += 1
    if steps > warmup { times.append(Double(now - last) / 1e9) }
    last = now
    return times.count < fewest || times.reduce(0, +) < seconds
  }

  var median: Double { times.sorted()[times.count / 2] }
}
