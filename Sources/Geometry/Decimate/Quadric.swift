import LinearMath

/// How far a point is from the planes about a vertex, as squared volumes; and how the enclosed volume
/// changes with it.
///
/// Memoryless (Lindstrom and Turk, "Fast and memory efficient polygonal simplification", 1998): made
/// from the triangles as they are now, not from those of the input. All planes then pass through the
/// vertex, so relative to it the quadric is its matrix alone, which makes it small and keeps `Float`
/// exact enough. Their chain of constraints with an angle threshold for each is replaced by the volume
/// constraint alone over a regularised matrix (Trettner and Kobbelt, "Fast and robust QEF minimization
/// using probabilistic quadrics", 2020).
struct Quadric {
  /// Columns of the sum of n n^T over triangles, n a triangle's area normal.
  var x = SIMD3<Float>.zero
  var y = SIMD3<Float>.zero
  var z = SIMD3<Float>.zero
  /// The sum of the area normals.
  var normal = SIMD3<Float>.zero

  /// Adds a plane through the vertex.
  @inline(__always)
  mutating func add(areaNormal n: SIMD3<Float>) {
    x += n * n.x
    y += n * n.y
    z += n * n.z
    normal += n
  }

  /// Adds the squared distance to the line of a boundary edge, in the same unit: a rim resists as a
  /// surface that goes on at right angles would, twice as wide as the edge is long; narrow strips would
  /// otherwise shrink lengthwise at no cost.
  @inline(__always)
  mutating func add(boundaryEdge side: SIMD3<Float>) {
    let edge = side * 2
    let square = edge.lengthSquared
    x -= edge * (edge.x * square)
    y -= edge * (edge.y * square)
    z -= edge * (edge.z * square)
    x.x += square * square
    y.y += square * square
    z.z += square * square
  }

  /// Makes all distances count `weight` times as much.
  static func *= (quadric: inout Quadric, weight: Float) {
    quadric.x *= weight
    quadric.y *= weight
    quadric.z *= weight
  }

  @inline(__always)
  static func * (matrix: Quadric, vector: SIMD3<Float>) -> SIMD3<Float> {
    matrix.x * vector.x + matrix.y * vector.y + matrix.z * vector.z
  }

  @inline(__always)
  var trace: Float { x.x + y.y + z.z }
}

/// The quadric of an edge relative to its first end u: E(p) = p·A p - 2 b·p + c, with the volume
/// constraint g·p = h.
struct EdgeQuadric {
  var matrix: Quadric
  var linear: SIMD3<Float>
  var constant: Float
  var volume: Float

  @inline(__always)
  init(matrix: Quadric, linear: SIMD3<Float>, constant: Float, volume: Float) {
    (self.matrix, self.linear) = (matrix, linear)
    (self.constant, self.volume) = (constant, volume)
  }

  /// The error at a point relative to u; never negative.
  @inline(__always)
  func error(at point: SIMD3<Float>) -> Float {
    max(0, point.dot(matrix * point) - 2 * linear.dot(point) + constant)
  }

  /// How strongly a placement that the planes leave open is drawn to the middle of the edge.
  static var regularization: Float { 1e-5 }

  /// The point of least error among those that keep the volume, relative to u.
  @inline(__always)
  func placement(along: SIMD3<Float>) -> SIMD3<Float> {
    let middle = along * 0.5
    let pull = Self.regularization * matrix.trace
    var (x, y, z) = (matrix.x, matrix.y, matrix.z)
    x.x += pull
    y.y += pull
    z.z += pull
    let right = linear + middle * pull
    // The matrix is symmetric, so its adjugate's columns are cross products of its own.
    let (yz, zx, xy) = (y.cross(z), z.cross(x), x.cross(y))
    let determinant = x.dot(yz)
    guard determinant > 0 else { return middle }
    let free: SIMD3<Float> = (yz * right.x + zx * right.y + xy * right.z) / determinant
    let g = matrix.normal
    let step: SIMD3<Float> = (yz * g.x + zx * g.y + xy * g.z) / determinant
    let rate = g.dot(step)
    let limit = along.lengthSquared
    guard (free - middle).lengthSquared < limit else { return middle }
    guard rate > 0 else { return free }
    let correction = step * ((volume - g.dot(free)) / rate)
    return correction.lengthSquared < 0.25 * limit ? free + correction : free
  }
}
