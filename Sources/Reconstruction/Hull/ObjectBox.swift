import LinearMath

/// Where the object is, by its outlines alone.
enum ObjectBox {
  /// A cube and, within it, a box about the part of space that lies within all outlines, in the world of the views.
  static func find(
    _ projections: [Projection], _ outlines: [Outline], _ names: [String], misses allowed: Int
  ) throws -> (center: SIMD3<Double>, radius: Double, extent: SIMD3<Double>) {
    var center = try meeting(
      of: zip(projections, outlines).map { projection, outline in
        let middle = SIMD2<Float>(outline.bounds.low &+ outline.bounds.high) / 2
        return (projection.eye, projection.ray(middle))
      })
    for (index, projection) in projections.enumerated()
    where projection.project(SIMD3<Float>(center)).depth <= 0 {
      throw ReconstructionError(
        "inconsistent-poses",
        "the view looks away from where the others meet; its pose does not belong to theirs",
        at: names[index])
    }
    var half = 0.0
    var extent = SIMD3<Double>.zero
    for (projection, outline) in zip(projections, outlines) {
      let depth = Double(projection.project(SIMD3<Float>(center)).depth)
      let size = SIMD2<Float>(outline.bounds.high &- outline.bounds.low) / projection.focal
      half = max(half, depth * Double(max(size.x, size.y)))
    }
    // Coarse carving, a finer lattice about what is left each time.
    for _ in 0..<4 {
      let steps = 40
      let width = 2 * half / Double(steps - 1)
      var box = Box()
      for z in 0..<steps {
        for y in 0..<steps {
          for x in 0..<steps {
            let place =
              center - SIMD3(repeating: half) + SIMD3(Double(x), Double(y), Double(z)) * width
            let point = SIMD3<Float>(place)
            if isNear(point, Float(width), projections, outlines, allowed) { box.insert(point) }
          }
        }
      }
      guard box.minimum.x <= box.maximum.x else {
        throw ReconstructionError(
          "inconsistent-views",
          "no place in space lies within the outlines of all views; "
            + (worst(SIMD3<Float>(center), projections, outlines).map {
              "\(names[$0]) fits least: check its pose and its mask (object opaque, rest transparent)"
            } ?? "check poses and masks"))
      }
      center = SIMD3<Double>((box.minimum + box.maximum) / 2)
      let size = SIMD3<Double>(box.maximum - box.minimum)
      half = size.max() / 2 + width
      extent = size / 2 + width
    }
    return (center, half * 1.02, extent)
  }

  /// The point nearest to some rays.
  static func meeting(
    of rays: [(eye: SIMD3<Float>, along: SIMD3<Float>)]
  ) throws -> SIMD3<Double> {
    var normal = Matrix3(columns: .zero, .zero, .zero)
    var right = SIMD3<Double>.zero
    for ray in rays {
      let along = SIMD3<Double>(ray.along).normalized
      let off = Matrix3(
        columns: [1, 0, 0] - along * along.x, [0, 1, 0] - along * along.y,
        [0, 0, 1] - along * along.z)
      normal = Matrix3(
        columns: normal.columns.0 + off.columns.0, normal.columns.1 + off.columns.1,
        normal.columns.2 + off.columns.2)
      right += off * SIMD3<Double>(ray.eye)
    }
    let determinant = normal.determinant
    guard abs(determinant) > 1e-9 * Double(rays.count) else {
      throw ReconstructionError(
        "one-direction",
        "all cameras look the same way from the same line, so nothing tells how far away the object is"
      )
    }
    return normal.cofactors.transposed * right * (1 / determinant)
  }

  /// Whether a cube of this width about a point may hold a place within nearly all outlines.
  private static func isNear(
    _ point: SIMD3<Float>, _ width: Float, _ projections: [Projection], _ outlines: [Outline],
    _ allowed: Int
  ) -> Bool {
    var misses = 0
    for (projection, outline) in zip(projections, outlines) {
      let (pixel, depth) = projection.project(point)
      guard depth > 0 else { return false }
      let reach = width * 0.87 * max(projection.focal.x, projection.focal.y) / depth
      if outline.distance(at: pixel) < -reach {
        misses += 1
        if misses > allowed { return false }
      }
    }
    return true
  }

  private static func worst(
    _ point: SIMD3<Float>, _ projections: [Projection], _ outlines: [Outline]
  ) -> Int? {
    projections.indices.min { a, b in
      let first = outlines[a].distance(at: projections[a].project(point).pixel)
      return first < outlines[b].distance(at: projections[b].project(point).pixel)
    }
  }
}
