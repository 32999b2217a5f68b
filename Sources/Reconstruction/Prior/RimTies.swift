import Geometry
import LinearMath

extension ViewSet {
  /// Whether views stand so far apart that hardly any two can be matched.
  var areFarApart: Bool {
    let pairs = projections.indices.map { Neighbours.choose(projections, for: $0, count: 6).count }
    return pairs.count { $0 >= 2 } * 2 < pairs.count
  }

  /// Vertices of the hull that the object's rims are nearest to: for each ray that grazes the object the middle of its
  /// way along the hull. With the ray's direction, along which the true place is not known.
  func rimTies(of mesh: Mesh) -> [(vertex: Int, place: SIMD3<Float>, ray: SIMD3<Float>)] {
    let tree = BVH(mesh)
    var ties: [(vertex: Int, place: SIMD3<Float>, ray: SIMD3<Float>)] = []
    var isTied: Set<Int> = []
    for (camera, outline) in zip(projections, outlines) {
      for y in 1..<camera.height - 1 {
        for x in 1..<camera.width - 1 {
          let at = y * camera.width + x
          let distance = outline.distances[at]
          guard distance >= 0.5, distance < 1.5 else { continue }
          let inwards = SIMD2(
            outline.distances[at + 1] - outline.distances[at - 1],
            outline.distances[at + camera.width] - outline.distances[at - camera.width])
          let long = (inwards * inwards).sum().squareRoot()
          guard long > 0.5 else { continue }
          let pixel = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
          let ray = camera.ray(pixel)
          guard let front = tree.firstHit(from: camera.eye, along: ray),
            let back = tree.firstHit(from: camera.eye + ray * (front.distance + 4), along: -ray)
          else { continue }
          let middle = (front.distance + front.distance + 4 - back.distance) / 2
          let rim = camera.point(pixel - inwards / long * distance, depth: middle)
          guard let near = tree.closestPoint(to: rim) else { continue }
          let corners = mesh.triangles[near.triangle]
          let vertex = [corners.x, corners.y, corners.z].map(Int.init).min {
            (mesh.positions[$0] - rim).lengthSquared < (mesh.positions[$1] - rim).lengthSquared
          }!
          if isTied.insert(vertex).inserted { ties.append((vertex, rim, ray.normalized)) }
        }
      }
    }
    return ties
  }
}
