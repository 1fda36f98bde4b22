import Foundation
import RandomStreams
import SearchSpaces
import Statistics
import Testing

@testable import Reports
@testable import Studies

@Suite("a report of the search")
struct SearchReportTests {
  @Test("follows the hypervolume over trials and processor time")
  func hypervolume() throws {
    let trace = try #require(HypervolumeTrace(try MadeUpStudy.realistic.inputs()))
    #expect(trace.shares.count == 32 && trace.shares.last == 1)
    #expect(zip(trace.shares, trace.shares.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(trace.seconds.last == 32 * 12.5)
    #expect(trace.isLinear && trace.limit == 5)
    #expect(HypervolumeTrace(try MadeUpStudy().inputs()) == nil)
  }

  @Test("has the volume of the rectangles between the points, the floor and the limit")
  func volume() throws {
    var study = MadeUpStudy()
    study.events = [MadeUpStudy.began, MadeUpStudy.teacherReady]
    // The third is the floor.
    for (trial, accuracy) in [0.8, 0.85, 0.6].enumerated() {
      study.events += [
        MadeUpStudy.proposed(trial, latency: [1.0, 3, 2][trial]),
        MadeUpStudy.finished(trial, accuracy),
      ]
    }
    let inputs = try study.inputs()
    let heights = inputs.trials.rows.map { ($0.projected?.accuracy ?? 0) }
    let (a, b) = (heights[0] - heights[2], heights[1] - heights[2])
    let (first, both) = (a * 4, a * 4 + (b - a) * 2)
    let trace = try #require(HypervolumeTrace(inputs))
    #expect(abs(trace.shares[0] - first / both) < 1e-9)
    #expect(trace.shares[1] == 1 && trace.shares[2] == 1)
  }

  @Test("finds the decisions that matter, and none where nothing does")
  func importance() throws {
    let space = try MadeUpStudy().space()
    var random = RandomStream(seed: 1, purpose: "test")
    let architectures = (0..<80).map { _ in space.randomArchitecture(using: &random) }
    let outcomes = architectures.map { architecture in
      0.9 + 0.02 * Double(architecture.choices[2]) + 0.001 * random.normal()
    }
    func importance(
      _ architectures: some Sequence<Architecture>, _ outcomes: some Sequence<Double>
    ) -> PermutationImportance? {
      PermutationImportance(
        levels: architectures.map { space.levels(of: $0) }, outcomes: Array(outcomes), seed: 7)
    }
    func name(_ entry: PermutationImportance.Entry) -> String {
      space.parameters[entry.decision].name
    }
    let found = try #require(importance(architectures, outcomes))
    let best = try #require(found.entries.max { $0.median < $1.median })
    #expect(name(best) == "depth" && best.interval.lowerBound > 0.5)
    #expect(found.explained > 0.9)
    for entry in found.entries where name(entry) != "depth" {
      #expect(abs(entry.median) < 0.05 && entry.interval.contains(0), "\(name(entry))")
    }
    let noise = architectures.map { _ in random.normal() }
    let nothing = try #require(importance(architectures, noise))
    #expect(nothing.entries.allSatisfy { $0.interval.lowerBound <= 0 })
    #expect(importance(architectures.prefix(11), noise.prefix(11)) == nil)
    #expect(importance(architectures, noise.map { _ in 1 }) == nil)
  }

  @Test(
    "says that flash trainings are longer than their share, by the journal alone",
    arguments: [0.05, 0.15])
  func lengthened(first: Double) throws {
    var study = MadeUpStudy.small
    let place = try #require(
      study.events.firstIndex { if case .proposed = $0 { true } else { false } })
    let length = JournalEvent.FlashLength(
      fraction: first, keys: [], wantedAccuracy: 0.1,
      attempts: [.init(fraction: first, accuracies: [0.5, 0.6])])
    study.events.insert(.flashLength(length), at: place)
    let text = "\(try study.inputs().requestSection.blocks)"
    #expect(text.contains("lengthened so that") == (first > 0.05), "\(text)")
  }

  @Test("draws one line through the decisions for each trial, with its number")
  func parallel() throws {
    let chart = try #require(ParallelChart(try MadeUpStudy.realistic.inputs()))
    let source = chart.drawing().source
    // One trial of 32 diverged.
    #expect(source.matches(of: /<g data-trial=/).count == 31)
    #expect(complaintAboutXML(source) == nil)
    #expect(ParallelChart(try MadeUpStudy().inputs()) == nil)
  }

  @Test("finds the knee: the student furthest above the line between the ends")
  func knee() throws {
    var study = MadeUpStudy.ranked(0)
    study.constraints = []
    study.finalists = #"{"count": 4, "seeds": 1, "baseline": false}"#
    for (trial, latency) in [1.0, 2, 4, 8].enumerated() {
      study.events += [
        MadeUpStudy.proposed(trial, latency: latency), MadeUpStudy.finished(trial, 0.8),
      ]
    }
    study.events.append(.selected(JournalEvent.Selected(trials: [0, 1, 2, 3])))
    study.events += zip(0..., [0.80, 0.88, 0.89, 0.90]).map { MadeUpStudy.distilled($0, $1) }
    #expect(try study.inputs().knee?.trial == 1)
    #expect(try MadeUpStudy.single.inputs().knee == nil)
  }
}
