import Geometry
import LinearMath
import Testing

@Suite struct PrintReviewTests {
  private func placed(_ mesh: Mesh, at offset: SIMD3<Double>) -> Mesh {
    mesh.transformed(by: Matrix4(linear: .identity, translation: offset))
  }

  /// A table: a plate of 0.5 on a leg, which overhangs on four sides.
  private func table() throws -> Mesh {
    let plate = Mesh.box(from: [-10, -10, 10], to: [10, 10, 10.5])
    return try plate.boolean(.union, with: Mesh.box(from: [-2, -2, 0], to: [2, 2, 10.2])).mesh
  }

  @Test func thinPlatesAndCeilingsAreFound() throws {
    let review = try table().printReview(PrintReviewSettings())
    #expect(review.thinWalls.count == 1)
    let wall = try #require(review.thinWalls.first)
    #expect(abs(wall.extreme - 0.5) < 1e-3 && abs((review.leastWall ?? 0) - 0.5) < 1e-3)
    // Both faces of the plate, but for the leg's place.
    #expect(abs(wall.area - (2 * 400 - 2 * 16)) < 40)
    #expect(review.overhangs.count == 1)
    let ceiling = try #require(review.overhangs.first)
    #expect(abs(ceiling.area - (400 - 16)) < 1e-2 && abs(ceiling.extreme - 10) < 1e-4)
    #expect(review.pockets.isEmpty)
    #expect(abs(review.contactArea - 16) < 1e-3)
  }

  @Test func settingsDecideWhatIsFound() throws {
    var settings = PrintReviewSettings()
    settings.minimumWallMillimeters = 0.4
    settings.overhangDegrees = 90
    let review = try table().printReview(settings)
    #expect(review.thinWalls.isEmpty && review.overhangs.isEmpty)
    // The same table in metres is thicker than four tenths of a metre nowhere.
    settings.minimumWallMillimeters = 501
    #expect(try table().printReview(settings, millimeter: 0.001).thinWalls.count == 1)
  }

  /// Half a ball on its flat side rests on the plate; upside down it leans out below 45 degrees only.
  @Test func leanIsMeasuredFromUpright() throws {
    let ball = Mesh.icosphere(levels: 4)
    let dome = try ball.withFlatBase(at: 0).mesh
    #expect(dome.bounds.minimum.z == 0)
    #expect(try dome.printReview(PrintReviewSettings()).overhangs.isEmpty)
    let bowl = try ball.printReview(PrintReviewSettings())
    // A cap of 45 degrees: 2 pi (1 - cos 45).
    #expect(abs(bowl.overhangArea - 2 * .pi * (1 - 0.70711)) < 0.1)
  }

  @Test func pocketsAreFoundAndFilled() throws {
    let inner = Mesh.box(from: [-3, -3, -3], to: [3, 3, 3])
    let hollow = try Mesh.box(from: [-5, -5, -5], to: [5, 5, 5])
      .boolean(.difference, with: inner).mesh
    let floating = Mesh.merged([hollow, Mesh.box(from: [-1, -1, -1], to: [1, 1, 1])])
    let review = try floating.printReview(PrintReviewSettings())
    #expect(review.pockets.map(\.extreme) == [216])
    let whole = try floating.withPocketsFilled()
    #expect(whole.filled == 1)
    #expect(try whole.mesh.solidReport().isPrintable)
    #expect(abs(whole.mesh.report().volume - 1000) < 1e-3)
    #expect(whole.sources.count == whole.mesh.triangles.count)
  }

  @Test func aBaseAboveTheTopIsRefused() {
    #expect(throws: MeshError.self) { try Mesh.icosphere(levels: 1).withFlatBase(at: 2) }
  }
}
