import RandomStreams

/// Draws accuracies as other images and other trainings would have given them.
///
/// A resample draws the images of the split with replacement, the same for all students, and for each student its
/// repetitions with replacement. Where a student's answers are not known, its accuracy is drawn from a normal
/// distribution of its own, as if on different images.
struct AccuracyResampling: Sendable {
  let students: [MeasuredAccuracy]
  private let count: Int?
  /// For each student and repetition the images that are wrong.
  private let wrong: [[[Int]]]

  init(_ students: [MeasuredAccuracy]) {
    self.students = students
    isPaired =
      students.allSatisfy { $0.hasAnswers } && Set(students.map(\.count)).count <= 1
    count = students.first?.count
    wrong = isPaired ? students.map { $0.answers.map(\.wrongImages) } : []
  }

  /// Whether all students are seen on the same images.
  let isPaired: Bool

  /// Returns the accuracies of one resample.
  func accuracies(using random: inout RandomStream) -> [Double] {
    guard isPaired, let count else {
      return students.map { student in
        let images = student.mean * (1 - student.mean) / Double(student.count)
        let trainings = (student.deviation ?? 0) * (student.deviation ?? 0) / Double(student.runs)
        return min(1, max(0, student.mean + (images + trainings).squareRoot() * random.normal()))
      }
    }
    var weights = [Int32](repeating: 0, count: count)
    for _ in 0..<count { weights[random.integer(below: count)] += 1 }
    return wrong.map { runs in
      let errors = runs.indices.reduce(0) { sum, _ in
        let run = runs.count == 1 ? 0 : random.integer(below: runs.count)
        return sum + runs[run].reduce(0) { $0 + Int(weights[$1]) }
      }
      return 1 - Double(errors) / Double(count * runs.count)
    }
  }
}
