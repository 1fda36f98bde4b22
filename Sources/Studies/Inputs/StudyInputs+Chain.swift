import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import SearchSpaces

extension StudyInputs {
  /// Checks that the students that the recipes name are there, and that assistants can be chosen.
  ///
  /// - Throws: `JSONError` naming the field.
  func checkCompanions() throws {
    // A chain is the same in all recipes.
    let full = definition.full
    let partners = try definition.recipes.everyRecipe().map {
      ("\($0.field).teaching", $0.recipe.partners)
    }
    var known: Set<String> = []
    for (field, keys) in partners + [("full.assistants", full.chain.keys)] {
      for key in keys where known.insert(key).inserted {
        do {
          _ = try network(of: space.architecture(key: key))
        } catch {
          throw JSONError.invalid(
            file: folder.definition, field: field, value: "\"\(key)\"",
            expected: "keys of students of the search space: \(error)")
        }
      }
    }
    guard case .count(let count) = full.chain.assistants, count > 0 else { return }
    func invalid(_ expected: String) -> JSONError {
      .invalid(
        file: folder.definition, field: "full.assistants", value: "\(count)", expected: expected)
    }
    guard let size = try teacher.costs()?.parameters else {
      throw invalid("keys of students: how large the teacher is, is not known")
    }
    guard try sampleSizes().contains(where: { $0.parameters < size }) else {
      throw invalid(
        "0: assistants lie between the teacher and its students in size, and none of "
          + "\(StudyInputs.assistantSample) random students has fewer parameters than the teacher's \(size)"
      )
    }
  }

  /// Returns the networks of the students that are trained with each student.
  func partners(of recipe: Recipe) throws -> [String: Network] {
    var networks: [String: Network] = [:]
    for key in recipe.partners { networks[key] = try network(of: space.architecture(key: key)) }
    return networks
  }

  /// Returns the assistants of a student, the first to be trained first.
  ///
  /// Those that are chosen by their size are of a fixed sample of the space, lie between the teacher and the student,
  /// and get smaller from one to the next; there are fewer where the sample has none between two others.
  ///
  /// - Throws: An error that names the file from which the size of the teacher was to be read.
  func assistants(of key: String, _ student: Network) throws -> [String] {
    let count: Int
    switch definition.full.chain.assistants {
    case .keys(let keys): return keys.filter { $0 != key }
    case .count(let wanted): count = wanted
    }
    guard count > 0, let teacher = try teacher.costs()?.parameters else { return [] }
    let own = NetworkCosts(student).parameters
    let sizes = try sampleSizes().filter { $0.key != key && $0.parameters > own }
    var chosen: [String] = []
    var limit = teacher
    for size in TeachingChain.assistantSizes(count, teacher: teacher, student: own) {
      let nearest = sizes.filter { $0.parameters < limit }.min {
        (abs(log(Double($0.parameters)) - log(size)), $0.key)
          < (abs(log(Double($1.parameters)) - log(size)), $1.key)
      }
      guard let nearest else { break }
      chosen.append(nearest.key)
      limit = nearest.parameters
    }
    return chosen
  }

  /// How many students assistants are chosen of.
  private static let assistantSample = 1000

  /// Returns a fixed sample of the space with numbers of parameters, each student once.
  private func sampleSizes() throws -> [(key: String, parameters: Int)] {
    var stream = RandomStream(seed: definition.seed, purpose: "assistants")
    var known: Set<String> = []
    var sizes: [(key: String, parameters: Int)] = []
    for _ in 0..<StudyInputs.assistantSample {
      let architecture = space.randomArchitecture(using: &stream)
      guard known.insert(space.key(of: architecture)).inserted else { continue }
      // What has no network is no student; the search leaves it out as well.
      guard let network = try? network(of: architecture) else { continue }
      sizes.append((space.key(of: architecture), NetworkCosts(network).parameters))
    }
    return sizes
  }
}
