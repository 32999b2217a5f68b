import LinearMath

/// How a surface bends at a point, in one over the unit of length.
public struct PrincipalCurvatures: Sendable, Equatable {
  /// The curvatures along the two principal directions, the one with the larger magnitude first; positive
  /// where the surface bends away from its outward normal, as a ball does.
  public let first: Double
  public let second: Double

  public var mean: Double { (first + second) / 2 }
}

/// The second fundamental form in a frame: du² e + 2 du dv f + dv² g.
private struct SecondForm {
  var e = 0.0
  var f = 0.0
  var g = 0.0
}

/// Two unit vectors in a tangent plane.
private struct TangentFrame {
  var u: SIMD3<Double>
  var v: SIMD3<Double>

  var normal: SIMD3<Double> { u.cross(v) }

  init(u: SIMD3<Double>, v: SIMD3<Double>) { (self.u, self.v) = (u, v) }

  /// Any frame across a normal.
  init(normal: SIMD3<Double>) {
    u = normal.anyPerpendicular
    v = normal.cross(u)
  }

  /// The frame tilted along the shortest way until it lies across `target`.
  func tilted(to target: SIMD3<Double>) -> TangentFrame {
    let cosine = normal.dot(target)
    if cosine <= -1 { return TangentFrame(u: -u, v: -v) }
    let across = target - normal * cosine
    let along = (normal + target) / (1 + cosine)
    return TangentFrame(u: u - along * u.dot(across), v: v - along * v.dot(across))
  }
}

extension Mesh {
  /// The principal curvatures at every vertex; vertices at one place have the same. Zero where there is no
  /// area.
  ///
  /// Per triangle the form that explains best how the normals change along its sides, averaged over the
  /// triangles about a point (Rusinkiewicz, "Estimating curvatures and their derivatives on triangle
  /// meshes", 2004).
  public func principalCurvatures() -> [PrincipalCurvatures] {
    let weld = Weld(positions)
    let normals = withSmoothNormals().attributes.normals
    let frames = weld.vertexOfPoint.map {
      TangentFrame(normal: SIMD3<Double>(normals[Int($0)]).normalized)
    }
    var forms = [SecondForm](repeating: SecondForm(), count: frames.count)
    var weights = [Double](repeating: 0, count: frames.count)
    for (index, triangle) in triangles.enumerated() {
      let area = areaNormal(index).length
      guard area > 0, let (form, frame) = secondForm(index, normals) else { continue }
      for corner in 0..<3 {
        let point = Int(weld.pointOfVertex[Int(triangle[corner])])
        let part = form.seen(from: frames[point].tilted(to: frame.normal), in: frame)
        forms[point].e += part.e * area
        forms[point].f += part.f * area
        forms[point].g += part.g * area
        weights[point] += area
      }
    }
    let curvatures = zip(forms, weights).map { form, weight in form.principal(weight) }
    return weld.pointOfVertex.map { curvatures[Int($0)] }
  }

  /// The form of a triangle by least squares over its sides, and the frame it is in; nil for slivers.
  private func secondForm(
    _ triangle: Int, _ normals: [SIMD3<Float>]
  ) -> (SecondForm, TangentFrame)? {
    let index = triangles[triangle]
    let points = (0..<3).map { SIMD3<Double>(positions[Int(index[$0])]) }
    let bends = (0..<3).map { SIMD3<Double>(normals[Int(index[$0])]) }
    let u = (points[1] - points[0]).normalized
    let frame = TangentFrame(u: u, v: areaNormal(triangle).normalized.cross(u))
    // Normal equations in e, f, g.
    var (uu, uv, vv) = (0.0, 0.0, 0.0)
    var right = SIMD3<Double>.zero
    for corner in 0..<3 {
      let side = points[(corner + 1) % 3] - points[corner]
      let change = bends[(corner + 1) % 3] - bends[corner]
      let (x, y) = (side.dot(frame.u), side.dot(frame.v))
      let (dx, dy) = (change.dot(frame.u), change.dot(frame.v))
      uu += x * x
      uv += x * y
      vv += y * y
      right += SIMD3(dx * x, dx * y + dy * x, dy * y)
    }
    let matrix = Matrix3(columns: [uu, uv, 0], [uv, uu + vv, uv], [0, uv, vv])
    let determinant = matrix.determinant
    guard abs(determinant) > 1e-12 * (uu + vv) * (uu + vv) * (uu + vv) else { return nil }
    // Symmetric, so that its cofactors over its determinant are its inverse.
    let solution = matrix.cofactors * right / determinant
    return (SecondForm(e: solution.x, f: solution.y, g: solution.z), frame)
  }
}

extension SecondForm {
  /// The same form in another frame of the same plane.
  func seen(from other: TangentFrame, in frame: TangentFrame) -> SecondForm {
    let (a, b) = (other.u.dot(frame.u), other.u.dot(frame.v))
    let (c, d) = (other.v.dot(frame.u), other.v.dot(frame.v))
    return SecondForm(
      e: e * a * a + 2 * f * a * b + g * b * b,
      f: e * a * c + f * (a * d + b * c) + g * b * d,
      g: e * c * c + 2 * f * c * d + g * d * d)
  }

  /// Its eigenvalues, divided by a weight.
  func principal(_ weight: Double) -> PrincipalCurvatures {
    guard weight > 0 else { return PrincipalCurvatures(first: 0, second: 0) }
    let middle = (e + g) / 2
    let spread = ((e - g) * (e - g) / 4 + f * f).squareRoot()
    let larger = (middle < 0 ? middle - spread : middle + spread) / weight
    let smaller = (middle < 0 ? middle + spread : middle - spread) / weight
    return PrincipalCurvatures(first: larger, second: smaller)
  }
}
