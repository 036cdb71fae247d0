// A place no finer than the sun needs. Pure.

/** A point on the globe, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The place to a tenth of a degree, about 10 km: enough for sunrise, too rough to find a house. */
export function roughPlace(place: Place): Place {
  return {
    latitude: Math.round(place.latitude * 10) / 10,
    longitude: Math.round(place.longitude * 10) / 10,
  };
}
