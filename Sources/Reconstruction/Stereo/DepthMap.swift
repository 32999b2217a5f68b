import Geometry
import Imaging
import LinearMath

/// What one view says of the surface: a plane a pixel, in the axes of its camera (+x right, +y down, +z ahead).
struct DepthMap: Sendable {
  let width, height: Int
  /// Planar depth at the pixel centre, in the working space; 0 where nothing is known.
  var depth: [Float]
  /// Unit normals towards the camera.
  var normal: [SIMD3<Float>]
  /// How badly the pictures agree, 0 (best) to 2.
  var cost: [Float]
  /// How far away the surface may be at most: where the ray leaves the hull.
  var limit: [Float]

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    depth = [Float](repeating: 0, count: width * height)
    normal = [SIMD3<Float>](repeating: [0, 0, -1], count: width * height)
    cost = [Float](repeating: 2, count: width * height)
    limit = depth
  }

  /// What a camera sees of a surface: the first hit of each ray, and as limit the last.
  init(
    of tree: BVH, _ normals: [SIMD3<Float>], _ mesh: Mesh, from camera: Projection,
    where cover: [Float]
  ) {
    self.init(width: camera.width, height: camera.height)
    for pixel in depth.indices where cover[pixel] > 0.02 {
      let place = SIMD2(Float(pixel % width) + 0.5, Float(pixel / width) + 0.5)
      let ray = camera.ray(place)
      guard let hit = tree.firstHit(from: camera.eye, along: ray) else { continue }
      let corners = mesh.triangles[hit.triangle]
      let (v, w) = (hit.weights.x, hit.weights.y)
      let n =
        normals[Int(corners.x)] * (1 - v - w) + normals[Int(corners.y)] * v
        + normals[Int(corners.z)] * w
      var local = SIMD3(camera.right.dot(n), camera.down.dot(n), camera.ahead.dot(n)).normalized
      let toward = SIMD3((place - camera.center) / camera.focal, 1)
      if local.dot(toward) > -0.05 * toward.length {
        local =
          (local - toward * (local.dot(toward) / toward.lengthSquared + 0.1 / toward.length))
          .normalized
      }
      depth[pixel] = hit.distance
      normal[pixel] = local
      let far = hit.distance + 4
      let back = tree.firstHit(from: camera.eye + ray * far, along: -ray)
      limit[pixel] = back.map { far - $0.distance } ?? hit.distance
    }
  }
}

extension DepthMap {
  /// For eyes: near is bright, what other views confirm is gray, what they do not is red.
  func picture(where confirmed: SurfaceMap) -> Image {
    let known = depth.indices.filter { depth[$0] > 0 }
    let near = known.map { depth[$0] }.min() ?? 0
    let far = max(known.map { limit[$0] }.max() ?? 1, near + 1e-6)
    var bytes = [UInt8](repeating: 0, count: 3 * depth.count)
    for pixel in known {
      let shade = UInt8(min(max(255 - 215 * (depth[pixel] - near) / (far - near), 0), 255))
      bytes[3 * pixel] = shade
      if confirmed.weights[pixel] > 0 {
        (bytes[3 * pixel + 1], bytes[3 * pixel + 2]) = (shade, shade)
      }
    }
    return Image(width: width, height: height, channels: 3, bytes: bytes)
  }
}
