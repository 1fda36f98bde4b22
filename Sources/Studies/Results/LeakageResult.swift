import Comparisons
import Foundation

/// What a student and its teacher give away about which images they were trained on.
///
/// An area under the characteristic (`area`) is the probability that an attack holds an image of the training for one
/// more than an image that was none of it; 0.5 is guessing.
public struct LeakageResult: Hashable, Sendable, Codable {
  public static let format = "autodistill-leakage/1"

  /// What one attack finds.
  public struct Attack: Hashable, Sendable, Codable {
    public var area: AreaEstimate
    /// The share of the images of the training that it finds while it wrongly names 1 % of the others.
    public var truePositiveRate: Double

    public init(area: AreaEstimate, truePositiveRate: Double) {
      (self.area, self.truePositiveRate) = (area, truePositiveRate)
    }

    enum CodingKeys: String, CodingKey {
      case area
      case truePositiveRate = "tpr_at_1_percent_fpr"
    }
  }

  /// The attack by a threshold on the loss: training images against test images.
  ///
  /// Source: Yeom et al., "Privacy risk in machine learning", arXiv:1709.01604.
  public struct Thresholds: Hashable, Sendable, Codable {
    /// Images of each of both kinds.
    public var images: Int
    public var student: Attack
    /// Nil where the teacher says nothing of the test split.
    public var teacher: Attack?
    /// The teacher's area less the student's, on the same images.
    public var teacherExcess: AreaEstimate?
    /// Whether the study has trained the teacher on the same images; of another nobody knows here what it has learnt from.
    public var knowsTeacherImages: Bool

    enum CodingKeys: String, CodingKey {
      case images, student, teacher
      case teacherExcess = "teacher_minus_student"
      case knowsTeacherImages = "teacher_trained_here"
    }
  }

  /// The attacks on shadows: students of the same architecture and recipe, each trained on a random half of the training images
  /// and attacked in its turn, with the others for comparison.
  public struct Shadows: Hashable, Sendable, Codable {
    /// Students that learnt from the teacher, or from labels alone.
    public struct Kind: Hashable, Sendable, Codable {
      /// By a threshold on the loss.
      public var threshold: Attack
      /// By likelihood ratios (`LikelihoodRatioAttack`).
      public var likelihoodRatio: Attack

      public init(threshold: Attack, likelihoodRatio: Attack) {
        (self.threshold, self.likelihoodRatio) = (threshold, likelihoodRatio)
      }

      enum CodingKeys: String, CodingKey {
        case threshold
        case likelihoodRatio = "likelihood_ratio"
      }
    }

    /// How many shadows of each kind were attacked.
    public var count: Int
    /// Those whose training diverged or was lost, with the teacher or without it; both kinds go without them.
    public var lost: [Int]
    /// Images of the training split whose class is known.
    public var images: Int
    public var distilled: Kind
    public var baseline: Kind
    /// The area of the likelihood-ratio attack on students without the teacher less that on distilled ones, of the same halves.
    public var baselineExcess: AreaEstimate

    enum CodingKeys: String, CodingKey {
      case count, lost, images, distilled, baseline
      case baselineExcess = "baseline_minus_distilled"
    }
  }

  /// The attacks on shadows of the teacher: the study's own training of it, each time on a random half of the training images. A
  /// student's shadow of the same number has learnt from the same half.
  public struct TeacherShadows: Hashable, Sendable, Codable {
    /// How many were attacked.
    public var count: Int
    /// Those whose training diverged or was lost.
    public var lost: [Int]
    /// Images of the training split whose class is known.
    public var images: Int
    public var attacks: Shadows.Kind
    /// How many shadows of the same halves the difference from the student's is of; nil where there are too few.
    public var compared: Int?
    /// The area of the likelihood-ratio attack on distilled students less that on the teacher, of the same halves.
    public var studentExcess: AreaEstimate?

    enum CodingKeys: String, CodingKey {
      case count, lost, images, attacks, compared
      case studentExcess = "distilled_minus_teacher"
    }
  }

  public var format = LeakageResult.format
  public var key: String
  /// The SHA-256 of the student's weights; what is known of other weights says nothing of these.
  public var weightsHash: String
  public var thresholds: Thresholds
  /// Nil where no shadows were asked for.
  public var shadows: Shadows?
  /// Nil where none of the teacher were asked for: then the threshold alone was tried on it.
  public var teacherShadows: TeacherShadows?

  enum CodingKeys: String, CodingKey {
    case format, key, thresholds, shadows
    case teacherShadows = "teacher_shadows"
    case weightsHash = "weights_sha256"
  }
}

extension LeakageResult {
  /// Returns what is known of a study's students, in the order of their keys, as far as it is of the weights that the
  /// study keeps.
  public static func known(in folder: StudyFolder, _ state: StudyState) -> [LeakageResult] {
    let keys = Set(state.keptStudents + (state.imported?.trainedKeys ?? []))
    return keys.sorted().compactMap { key in
      guard let data = FileManager.default.contents(atPath: folder.leakage(of: key)),
        let result = try? JSONDecoder().decode(LeakageResult.self, from: data),
        result.format == format, result.key == key,
        result.weightsHash
          == state.keptHashes[folder.relative(folder.weights(of: key))] ?? result.weightsHash
      else { return nil }
      return result
    }
  }
}

extension StudyFolder {
  /// What a student gives away about its training images.
  public func leakage(of key: String) -> String { candidate(key) + "/leakage.json" }
}
