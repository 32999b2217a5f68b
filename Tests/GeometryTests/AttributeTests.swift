import Foundation
import LinearMath
import Testing

import Geometry
import Work

/// A vase without bottom: texture coordinates go round it and down it, with a seam. A flat shoulder with
/// sharp edges runs round it.
private let vase: Mesh = {
  var profile: [(point: SIMD2<Float>, normal: SIMD2<Float>, v: Float)] = []
  for row in 0...32 {
    let height = 1 - 2 * Float(row) / 32
    let slope = 0.6 * sin(3 * height)
    let radius = 0.5 + 0.2 * cos(3 * height)
    if row <= 10 { profile.append(([radius, height], [1, slope], Float(row) / 32)) }
    if row == 10 {
      profile.append(([radius, height], [0, 1], Float(row) / 32))
      profile.append(([radius + 0.2, height], [0, 1], Float(row) / 32))
    }
    if row >= 10 { profile.append(([radius + 0.2, height], [1, slope], Float(row) / 32)) }
  }
  return Mesh.lathe(profile, segments: 64)
}()

private enum Way: String, CaseIterable { case decimated, subset, remeshed }

private func reworked(
  _ mesh: Mesh, _ way: Way, groups: [Int] = []
) throws -> (mesh: Mesh, sources: [Int]) {
  if way == .remeshed {
    var settings = RemeshSettings()
    settings.targetTriangles = mesh.triangles.count / 2
    let result = try mesh.remeshed(settings, groups: groups, WorkContext())
    return (result.mesh, result.sources)
  }
  var settings = DecimateSettings()
  settings.ratio = 0.2
  settings.keepVertices = way == .subset
  let result = try mesh.decimated(settings, groups: groups, WorkContext())
  return (result.mesh, result.sources)
}

@Suite struct AttributeTests {
  @Test(arguments: Way.allCases)
  fileprivate func texturesStayInPlaceOnBothSidesOfASeam(way: Way) throws {
    let result = try reworked(vase, way).mesh
    let uvs = result.attributes.uvs[0]
    #expect(result.triangles.count < vase.triangles.count)
    for (position, uv) in zip(result.positions, uvs) {
      let turn = atan2(-position.z, position.x) / (2 * .pi)
      let off = abs(uv.x - turn)
      #expect(min(off, abs(off - 1)) < 0.01, "\(position) has \(uv)")
      #expect(abs(uv.y - (1 - position.y) / 2) < 0.01)
    }
    for triangle in result.triangles {
      let us = (0..<3).map { uvs[Int(triangle[$0])].x }
      #expect(us.max()! - us.min()! < 0.5, "a triangle runs across the seam")
    }
    #expect(result.report().boundaryEdges > 0 && result.boundaryLoops().count == 2)
  }

  @Test(arguments: Way.allCases)
  fileprivate func normalsStaySmoothOrSharpAsTheyWere(way: Way) throws {
    let result = try reworked(vase, way).mesh
    var largest: Float = 0
    for (triangle, corners) in result.triangles.enumerated() {
      let (a, b, c) = result.corners(triangle)
      let flat = (b - a).cross(c - a).normalized
      for corner in 0..<3 {
        let normal = result.attributes.normals[Int(corners[corner])]
        #expect(abs(normal.length - 1) < 1e-4)
        largest = max(largest, (normal - flat).length)
      }
    }
    let shoulder = result.attributes.normals.count { $0.y > 0.9 }
    #expect(shoulder > 4, "the shoulder's normals are gone")
    #expect(largest < 0.7)
  }

  @Test func aSubsetKeepsItsAttributesToTheBit() throws {
    let result = try reworked(vase, .subset).mesh
    struct Corner: Hashable { let position, normal: SIMD3<Float>, uv: SIMD2<Float> }
    func corners(_ mesh: Mesh) -> Set<Corner> {
      Set(
        mesh.positions.indices.map {
          Corner(
            position: mesh.positions[$0], normal: mesh.attributes.normals[$0],
            uv: mesh.attributes.uvs[0][$0])
        })
    }
    let strange = corners(result).subtracting(corners(vase))
    #expect(strange.isEmpty, "\(strange.count) of \(result.positions.count) are new")
  }

  @Test(arguments: Way.allCases)
  fileprivate func bordersOfMaterialsStay(way: Way) throws {
    let ball = Mesh.icosphere(levels: 4)
    let groups = ball.triangles.indices.map { triangle in
      let (a, b, c) = ball.corners(triangle)
      return (a + b + c).x > 0.3 ? 1 : 0
    }
    /// The places where the two groups meet, two for each edge.
    func border(_ mesh: Mesh, _ group: (Int) -> Int) -> [SIMD3<Float>] {
      let weld = Weld(mesh.positions)
      var sides: [SIMD2<UInt32>: Int] = [:]
      var ends: [SIMD3<Float>] = []
      for (triangle, corners) in weld.triangles(of: mesh).enumerated() {
        for corner in 0..<3 {
          let (i, j) = (corners[corner], corners[(corner + 1) % 3])
          let edge = SIMD2(min(i, j), max(i, j))
          let other = sides.updateValue(group(triangle), forKey: edge)
          guard let other, other != group(triangle) else { continue }
          ends += [i, j].map { mesh.positions[Int(weld.vertexOfPoint[Int($0)])] }
        }
      }
      return ends
    }
    let (mesh, sources) = try reworked(ball, way, groups: groups)
    let old = border(ball) { groups[$0] }
    let new = border(mesh) { groups[sources[$0]] }
    #expect(!new.isEmpty)
    // Measured against the corners of the old border, which are 0.07 apart.
    for place in new {
      let nearest = old.map { ($0 - place).length }.min() ?? .infinity
      #expect(nearest < 0.06, "the border is \(nearest) off at \(place)")
    }
    #expect(mesh.report().isWatertight)
  }

  @Test func coloursResistDecimation() throws {
    // Flat, so that nothing but the colours says where to keep triangles: a sharp edge in the middle.
    let side = 32
    var triangles: [SIMD3<UInt32>] = []
    var positions: [SIMD3<Float>] = []
    for y in 0...side {
      for x in 0...side {
        positions.append([Float(x), Float(y), 0])
        let a = UInt32((side + 1) * y + x)
        let b = a + UInt32(side) + 1
        if x < side && y < side { triangles += [SIMD3(a, a + 1, b + 1), SIMD3(a, b + 1, b)] }
      }
    }
    let step = { (p: SIMD3<Float>) -> Float in
      (p - SIMD3(16, 16, 0)).length < 8 ? 1 : 0
    }
    let colors = positions.map { SIMD4<Float>(step($0), 0, 0, 1) }
    let mesh = try Mesh(
      positions: positions, triangles: triangles, attributes: VertexAttributes(colors: colors))
    var settings = DecimateSettings()
    settings.ratio = 0.12
    let result = try mesh.decimated(settings, WorkContext()).mesh
    var wrong = 0
    let places = result.sampledSurface(count: 4000, seed: 1)
    for place in places {
      let color = result.interpolated(result.attributes.colors, at: place)
      let point = result.interpolated(result.positions, at: place)
      if abs(color.x - step(point)) > 0.5 { wrong += 1 }
    }
    #expect(Double(wrong) / Double(places.count) < 0.02, "\(wrong) of \(places.count) are wrong")
  }
}
