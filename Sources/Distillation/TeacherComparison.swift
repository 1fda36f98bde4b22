/// How far a student answers as its teacher does.
public struct TeacherComparison: Hashable, Sendable, Codable {
  /// The share of images to which both give the same class.
  public var agreement: Double
  /// The mean of KL(teacher ‖ student) at temperature 1, in nats.
  public var divergence: Double
  /// The images that the teacher classifies wrongly; nil if there are none.
  public var wrong: WrongTeacher?

  /// The same on the images that the teacher classifies wrongly.
  public struct WrongTeacher: Hashable, Sendable, Codable {
    /// Images, at least one.
    public var count: Int
    /// Of them those that the student classifies rightly.
    public var correct: Int
    /// The share of them to which both give the same class.
    public var agreement: Double
    /// The mean of KL(teacher ‖ student) on them, in nats.
    public var divergence: Double

    enum CodingKeys: String, CodingKey {
      case count, correct, agreement
      case divergence = "kl"
    }

    /// The share of them that the student classifies rightly.
    public var accuracy: Double { Double(correct) / Double(count) }
  }

  enum CodingKeys: String, CodingKey {
    case agreement, wrong
    case divergence = "kl"
  }
}

extension TeacherComparison {
  /// Compares what student and teacher say of the same images; nil where the teacher's logits are not
  /// finite.
  init?(_ student: ClassPredictions, teacher: ClassPredictions, labels: [Int]) {
    let divergences = labels.indices.map { student.divergence(from: teacher, on: $0) }
    let agrees = labels.indices.map { student.predicted[$0] == teacher.predicted[$0] }
    func mean<Images: Collection<Int>>(_ images: Images) -> (agreement: Double, divergence: Double)
    {
      let (same, sum) = images.reduce((0, 0.0)) {
        ($0.0 + (agrees[$1] ? 1 : 0), $0.1 + divergences[$1])
      }
      return (Double(same) / Double(images.count), sum / Double(images.count))
    }
    (agreement, divergence) = mean(labels.indices)
    guard divergence.isFinite else { return nil }
    let missed = labels.indices.filter { teacher.predicted[$0] != labels[$0] }
    if missed.isEmpty { return }
    let means = mean(missed)
    wrong = WrongTeacher(
      count: missed.count, correct: missed.count { student.predicted[$0] == labels[$0] },
      agreement: means.agreement, divergence: means.divergence)
  }
}
