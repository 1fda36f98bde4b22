// The angles of all triangles that images span, from their distances alone: the law of cosines.

/// Floats from one row to the next of the matrices of `angleRelations`.
package func relationStride(_ count: Int) -> Int { wholeVectors(count) }

/// The distances between a slice's images as `angleRelations` reads them: `[count, count]` with rows
/// `relationStride(count)` apart, zeros behind them.
package struct RelationDistances {
  package let squares: UnsafePointer<Float>
  /// 1 / distance; 0 where it is 0.
  package let inverses: UnsafePointer<Float>

  package init(squares: UnsafePointer<Float>, inverses: UnsafePointer<Float>) {
    (self.squares, self.inverses) = (squares, inverses)
  }
}

/// Sums the Huber distances between the student's and the teacher's cosines at vertex j of all triangles i, j, k of
/// different images, and adds the slopes by the student's squared distances.
///
///     cos = (d²ij + d²kj − d²ik) / (2·dij·dkj);   0 where dij or dkj is 0
///
/// The Huber distance of r is r²/2 where |r| ≤ 1, else |r| − 1/2.
///
/// - Parameters:
///   - slopes: `[count, count]` with the same rows: factor · ∂/∂d² is added. What belongs to d²ij may be added to
///     d²ji as well: the two together are its slope.
/// - Returns: The sum over all ordered (i, j, k), without `factor`.
package func angleRelations(
  _ student: RelationDistances, _ teacher: RelationDistances, count: Int, factor: Float,
  addingTo slopes: UnsafeMutablePointer<Float>
) -> Double {
  let stride = relationStride(count)
  let (half, one) = (Vector(repeating: 0.5), Vector(repeating: 1))
  let factors = Vector(repeating: factor)
  var lanes = SIMD16<Int32>.zero
  for lane in 0..<vectorWidth { lanes[lane] = Int32(lane) }
  var total = 0.0
  for j in 0..<count {
    let row = j * stride
    for i in 0..<count where i != j {
      let own = i * stride
      let side = Vector(repeating: student.squares[row + i])
      let inverseSide = Vector(repeating: student.inverses[row + i])
      let teacherSide = Vector(repeating: teacher.squares[row + i])
      let teacherInverse = Vector(repeating: teacher.inverses[row + i])
      var sum = Vector.zero
      var k = 0
      while k < stride {
        let inverse = student.inverses.vector(row + k)
        let inverses = half * inverseSide * inverse
        let cosine =
          (side + student.squares.vector(row + k) - student.squares.vector(own + k)) * inverses
        let teacherCosine =
          (teacherSide + teacher.squares.vector(row + k) - teacher.squares.vector(own + k))
          * (half * teacherInverse * teacher.inverses.vector(row + k))
        // k = j has no side, and k = i is no triangle.
        let residual = (cosine - teacherCosine)
          .replacing(
            with: Vector.zero,
            where: lanes .== SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: i - k)))
        let slope = lowered(raised(residual, to: -one), to: one)
        sum += slope * (residual - half * slope)
        let scaled = factors * slope
        // Summed over all i and k, the slopes by d²ij are those by d²kj: the latter count twice.
        let turn: Vector = half * cosine * inverse * inverse
        let bySide = inverses - turn
        slopes.store(slopes.vector(row + k) + (scaled + scaled) * bySide, row + k)
        slopes.store(slopes.vector(own + k) - scaled * inverses, own + k)
        k &+= vectorWidth
      }
      total += Double(sum.sum())
    }
  }
  return total
}
