/** The company for those who name none. Any other number is a company here, too. */
export const defaultCompany = 108061
