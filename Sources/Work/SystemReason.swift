import Foundation

/// What the system says of an error of Foundation's, whose own words are often only a number.
public func systemReason(_ error: any Error) -> String {
  let error = error as NSError
  let below = error.userInfo[NSUnderlyingErrorKey] as? NSError
  for error in [below, error].compactMap(\.self) where error.domain == NSPOSIXErrorDomain {
    return unsafe String(cString: strerror(Int32(error.code)))
  }
  return (below ?? error).localizedDescription
}
