import Geometry
import LinearMath
import Work

extension ViewSet {
  /// The surface moved along its normals to where the pictures agree best, as smoothly as they allow, and never out of the
  /// hull.
  func refined(_ mesh: Mesh, rounds: Int, _ work: WorkContext) throws -> Mesh {
    let images = try parallelMap(count: views.count, work) { LumaImage(views[$0].colors) }
    let hull = HullField(self)
    let rings = VertexRings(mesh.triangles, count: mesh.positions.count)
    var current = mesh
    for round in 0..<rounds {
      let normals = current.areaWeightedNormals
      let tree = BVH(current)
      let positions = current.positions
      let scale = 1 / Float(round + 1)
      var found = [SIMD2<Float>](repeating: .zero, count: positions.count)
      try parallelFill(&found, chunk: 512, work) { offset, piece in
        for slot in piece.indices {
          let vertex = offset + slot
          let seen = visible(positions[vertex], normals[vertex], tree, images)
          guard seen.views.count >= 2 else { continue }
          let offset = PhotometricOffset(
            point: positions[vertex], normal: normals[vertex], views: seen.views, width: seen.pixel,
            step: 0.6 * seen.pixel * max(scale, 0.4), projections, images)
          piece[slot] = SIMD2(offset.distance, offset.confidence)
        }
      }
      current = try moved(current, normals, rings, found, hull, work)
    }
    return current
  }

  /// The views that see a point of the surface from the front, nearest to it first in angle, and how large a pixel is there.
  private func visible(
    _ point: SIMD3<Float>, _ normal: SIMD3<Float>, _ tree: BVH, _ images: [LumaImage]
  ) -> (views: [Int], pixel: Float) {
    var candidates: [(view: Int, cosine: Float, pixel: Float)] = []
    for view in projections.indices {
      let camera = projections[view]
      let away = camera.eye - point
      let distance = away.length
      let cosine = normal.dot(away) / distance
      guard cosine > 0.4 else { continue }
      let (place, depth) = camera.project(point)
      guard depth > 0, place.x > 4, place.y > 4, place.x < Float(camera.width) - 4,
        place.y < Float(camera.height) - 4, outlines[view].distance(at: place) > 2
      else { continue }
      candidates.append((view, cosine, depth / camera.focal.x))
    }
    candidates.sort { ($0.cosine, $1.view) > ($1.cosine, $0.view) }
    var views: [Int] = []
    var pixel = Float(0)
    for candidate in candidates {
      if views.count == 8 { break }
      let away = projections[candidate.view].eye - point
      let start = point + normal * (1.5 * candidate.pixel)
      if tree.firstHit(from: start, along: away) != nil { continue }
      views.append(candidate.view)
      pixel += candidate.pixel
    }
    return (views, views.isEmpty ? 0 : pixel / Float(views.count))
  }

  /// Moves every vertex to a compromise of what the pictures say of it, what they say of its neighbours, and a surface
  /// that bends evenly.
  private func moved(
    _ mesh: Mesh, _ normals: [SIMD3<Float>], _ rings: VertexRings, _ found: [SIMD2<Float>],
    _ hull: HullField, _ work: WorkContext
  ) throws -> Mesh {
    let positions = mesh.positions
    @Sendable func ringMean(_ values: [Float], _ vertex: Int) -> Float {
      var (sum, count) = (Float(0), Float(0))
      for other in rings[vertex] {
        sum += values[Int(other)]
        count += 1
      }
      return count > 0 ? sum / count : values[vertex]
    }
    // Height of the neighbours' middle over each vertex, and what makes that even.
    let heights = try parallelMap(count: positions.count, work) { vertex -> Float in
      var (sum, count) = (SIMD3<Float>.zero, Float(0))
      for other in rings[vertex] {
        sum += positions[Int(other)]
        count += 1
      }
      return count > 0 ? normals[vertex].dot(sum / count - positions[vertex]) : 0
    }
    let smooth: Float = 0.06
    let fair: Float = 0.02
    var shifts = [Float](repeating: 0, count: positions.count)
    for _ in 0..<30 {
      let before = shifts
      try parallelFill(&shifts, chunk: 4096, work) { offset, piece in
        for slot in piece.indices {
          let vertex = offset + slot
          let confidence = found[vertex].y
          let even = heights[vertex] - ringMean(heights, vertex)
          let sum =
            confidence * found[vertex].x + smooth * ringMean(before, vertex) + fair * 0.5 * even
          piece[slot] = sum / (confidence + smooth + fair)
        }
      }
    }
    let result = shifts
    var places = positions
    try parallelFill(&places, chunk: 4096, work) { offset, piece in
      for slot in piece.indices {
        let vertex = offset + slot
        var place = positions[vertex] + normals[vertex] * result[vertex]
        let depth = hull.depth(place)
        if depth < 0 { place += normals[vertex] * max(depth, -0.02) }
        piece[slot] = place
      }
    }
    return try Mesh(positions: places, triangles: mesh.triangles)
  }
}
